package io.modelsplitter.registry.http;

import io.javalin.config.Key;
import io.modelsplitter.error.BadInputException;
import java.time.Duration;

/**
 * How much a server takes on.
 *
 * @param bodyBytes the largest request body; more is 413
 * @param headerBytes the largest request line and headers; more is 431
 * @param idle how long a connection may say nothing
 */
record Limits(int bodyBytes, int headerBytes, Duration idle) {
  static final Key<Limits> KEY = new Key<>("limits");

  static final Limits DEFAULT = new Limits(8 << 20, 16 << 10, Duration.ofSeconds(30));

  /** Refuses what would let nothing through. */
  Limits {
    check("the body limit", bodyBytes, 1024, 256 << 20);
    check("the header limit", headerBytes, 1024, 1 << 20);
  }

  private static void check(String what, int value, int least, int most) {
    if (value < least || value > most) {
      throw new BadInputException(
          "%s must be from %d to %d, not %d".formatted(what, least, most, value));
    }
  }
}
