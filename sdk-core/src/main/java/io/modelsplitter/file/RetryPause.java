package io.modelsplitter.file;

import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Waits before something is tried again: longer each time, by chance, and as the server asks. */
final class RetryPause {
  private static final Duration LONGEST = Duration.ofSeconds(15);

  private RetryPause() {}

  /**
   * @param failures how many there were in a row; 0 waits as the server asks only
   * @param wait what the server asks for
   */
  static void sleep(DownloadOptions options, int failures, Duration wait)
      throws InterruptedIOException {
    try {
      TimeUnit.NANOSECONDS.sleep(length(options.pause(), failures, wait).toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the download was interrupted");
    }
  }

  /** Of the first pause doubled so often half to all, unless the server asks for more. */
  static Duration length(Duration first, int failures, Duration wait) {
    if (failures == 0) {
      return wait;
    }
    long most = Math.min(LONGEST.toNanos(), first.toNanos() << Math.min(failures, 10));
    long pause = most / 2 + ThreadLocalRandom.current().nextLong(most / 2 + 1);
    return Duration.ofNanos(Math.max(pause, wait.toNanos()));
  }
}
