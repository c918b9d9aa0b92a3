package io.modelsplitter.registry.embedded;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waits for what comes by itself, and fails where it does not come. */
final class Await {
  private static final Duration LONGEST = Duration.ofMinutes(1);
  private static final Duration PAUSE = Duration.ofMillis(1);

  private Await() {}

  /**
   * What is looked at again and again.
   *
   * @param <E> what looking may throw
   */
  interface Condition<E extends Exception> {
    boolean holds() throws E;
  }

  /**
   * Returns when the condition holds.
   *
   * @param what what is awaited, for the message where it does not come within a minute
   */
  static <E extends Exception> void until(Condition<E> condition, String what) throws E {
    long began = System.nanoTime();
    while (!condition.holds()) {
      pause(began, what);
    }
  }

  private static void pause(long began, String what) {
    if (System.nanoTime() - began > LONGEST.toNanos()) {
      throw new AssertionError("not within a minute: " + what);
    }
    if (Thread.currentThread().isInterrupted()) { // then it cannot park
      throw new AssertionError("interrupted while waiting: " + what);
    }
    LockSupport.parkNanos(PAUSE.toNanos());
  }
}
