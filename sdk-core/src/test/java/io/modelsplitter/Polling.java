package io.modelsplitter;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what another thread or process does and nobody tells of. */
public final class Polling {
  private static final Duration LONGEST = Duration.ofSeconds(60);
  private static final Duration PAUSE = Duration.ofMillis(10);

  private Polling() {}

  /**
   * Waits until something is so, for a minute at most.
   *
   * @param condition asked again and again
   * @param state what a failure shows
   */
  public static void until(BooleanSupplier condition, Supplier<String> state) {
    long end = System.nanoTime() + LONGEST.toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - end < 0, () -> "waited for a minute: " + state.get());
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }
}
