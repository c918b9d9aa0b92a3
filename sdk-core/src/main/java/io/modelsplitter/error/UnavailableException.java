package io.modelsplitter.error;

import org.jspecify.annotations.Nullable;

/** A service or a database could not be reached or was too busy: the same call may work later. */
public class UnavailableException extends ModelSplitterException {

  /**
   * Names what could not be reached.
   *
   * @param message names what could not be reached
   * @param cause what led to this, or null
   */
  public UnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
