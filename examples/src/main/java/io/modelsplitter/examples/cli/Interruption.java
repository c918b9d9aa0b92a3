package io.modelsplitter.examples.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a command that Ctrl-C or SIGTERM ends clean up: it is interrupted, and the process waits for
 * it. Otherwise half a file would stay.
 */
final class Interruption {
  private static final long PATIENCE_SECONDS = 10;

  private final CountDownLatch isOver = new CountDownLatch(1);

  private Interruption() {}

  /** Watches over the work of this thread from here on. */
  static Interruption guard() {
    Interruption interruption = new Interruption();
    Thread worker = Thread.currentThread();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> interruption.end(worker)));
    return interruption;
  }

  /** There is nothing to clean up any more. */
  void over() {
    isOver.countDown();
  }

  private void end(Thread worker) {
    if (isOver.getCount() > 0) {
      worker.interrupt();
      try {
        boolean unused = isOver.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
