package io.modelsplitter.file;

import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.file.HttpSource.PassingException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import okio.BufferedSource;

/**
 * How long a server is waited for that brings next to nothing: each answer so long, and so many
 * answers in a row. Only the time is counted in which something was waited for. For one thread.
 */
final class Patience {
  /** Less than this is as good as nothing. */
  private static final long LEAST = 16 << 10;

  private final DownloadOptions options;
  private int failures;
  private long brought; // since the last failure
  private long waited; // nanoseconds, and since then:
  private long meanwhile;

  Patience(DownloadOptions options) {
    this.options = options;
  }

  /**
   * Reads what is there, or waits for some.
   *
   * @return how many bytes, or -1 at the end
   * @throws IOException also when next to nothing has come for as long as a server may stall
   */
  int read(BufferedSource body, ByteBuffer target) throws IOException {
    if (waited > options.stallTimeout().toNanos()) {
      if (meanwhile < LEAST) {
        throw new IOException(
            "it stalls: %d bytes in %d seconds"
                .formatted(meanwhile, options.stallTimeout().toSeconds()));
      }
      waited = 0;
      meanwhile = 0;
    }
    long start = System.nanoTime();
    int read = body.read(target);
    waited += System.nanoTime() - start;
    meanwhile += Math.max(0, read);
    brought += Math.max(0, read);
    return read;
  }

  /**
   * Waits before the next attempt.
   *
   * @throws UnavailableException when there were enough that brought nothing
   */
  void failed(PassingException e) throws InterruptedIOException {
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException("the download was interrupted");
    }
    failures = brought >= LEAST ? 1 : failures + 1;
    brought = 0;
    waited = 0;
    meanwhile = 0;
    if (failures >= options.attempts()) {
      throw new UnavailableException(String.valueOf(e.getMessage()), e);
    }
    RetryPause.sleep(options, failures, e.wait);
  }
}
