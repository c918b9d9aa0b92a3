package io.modelsplitter.error;

import org.jspecify.annotations.Nullable;

/** The input is wrong and would be wrong again: a field, a filter, a file, a flag. */
public class BadInputException extends ModelSplitterException {

  /**
   * Names the bad value and what to do about it.
   *
   * @param message names the bad value and what to do about it
   */
  public BadInputException(String message) {
    super(message, null);
  }

  /**
   * Names the bad value and what to do about it.
   *
   * @param message names the bad value and what to do about it
   * @param cause what led to this, or null
   */
  public BadInputException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
