package io.modelsplitter.kubernetes;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** How long to wait after a failure: twice as long each time up to a limit, less up to a half. */
record Backoff(Duration first, Duration most) {

  static Backoff standard() {
    return new Backoff(Duration.ofMillis(500), Duration.ofSeconds(30));
  }

  /** Waits; answers at once when the latch opens. */
  void await(int failures, CountDownLatch closed) throws InterruptedException {
    long limit =
        Math.min(most.toMillis(), first.toMillis() << Math.min(Math.max(failures - 1, 0), 16));
    long wait = limit / 2 + ThreadLocalRandom.current().nextLong(limit / 2 + 1);
    boolean unused = closed.await(wait, TimeUnit.MILLISECONDS);
  }
}
