package io.modelsplitter.registry;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;

/** What a registry says of when something was. */
final class Moments {
  private static final Duration CLOCKS_APART = Duration.ofHours(1);

  private Moments() {}

  /** It is a time of today, not one in another unit or of another zone. */
  static void assertIsNow(Instant moment) {
    Duration apart = Duration.between(moment, Instant.now()).abs();
    assertTrue(apart.compareTo(CLOCKS_APART) < 0, () -> moment + " is not now");
  }
}
