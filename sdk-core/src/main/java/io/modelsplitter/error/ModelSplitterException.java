package io.modelsplitter.error;

import org.jspecify.annotations.Nullable;

/** The root of the library's own exceptions. Its subclasses tell what the caller can do. */
public class ModelSplitterException extends RuntimeException {

  /**
   * @param message what went wrong, naming the value concerned; safe to show to a remote caller
   * @param cause what it came from, or null
   */
  public ModelSplitterException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
