package io.modelsplitter.error;

/** The caller's token is missing, unknown or not allowed to do this. */
public class AccessDeniedException extends ModelSplitterException {

  /**
   * Says what is needed; never holds the token.
   *
   * @param message what is needed, without the token
   */
  public AccessDeniedException(String message) {
    super(message, null);
  }
}
