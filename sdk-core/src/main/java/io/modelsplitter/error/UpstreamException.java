package io.modelsplitter.error;

import org.jspecify.annotations.Nullable;

/**
 * What the called service needs, such as a cluster, could not be reached: the service itself is
 * well, and the same call may work when the other one is too.
 */
public final class UpstreamException extends UnavailableException {

  /**
   * Names what could not be reached.
   *
   * @param message names what could not be reached
   * @param cause what led to this, or null
   */
  public UpstreamException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
