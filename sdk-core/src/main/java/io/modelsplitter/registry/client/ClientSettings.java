package io.modelsplitter.registry.client;

import io.modelsplitter.error.BadInputException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a client reaches its registry.
 *
 * @param retries how often a call is repeated that is safe to repeat
 */
record ClientSettings(
    String url, @Nullable String token, Duration connectTimeout, Duration timeout, int retries) {

  static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  static final Duration TIMEOUT = Duration.ofSeconds(30);
  static final int RETRIES = 3;

  /** Refuses a token that no header can hold, which would fail with every call. */
  ClientSettings {
    if (token != null && !token.matches("[\\x21-\\x7e]+")) {
      throw new BadInputException(
          "the token for the registries must be visible ASCII characters without blanks;"
              + " check what was read with it");
    }
  }

  static ClientSettings of(String url, @Nullable String token) {
    return new ClientSettings(url, token, CONNECT_TIMEOUT, TIMEOUT, RETRIES);
  }

  /** The same at another URL. */
  ClientSettings at(String url) {
    return new ClientSettings(url, token, connectTimeout, timeout, retries);
  }

  /** Without what is secret: the token, and perhaps the URL. */
  @Override
  public String toString() {
    return "ClientSettings[" + connectTimeout + ", " + timeout + ", " + retries + "]";
  }
}
