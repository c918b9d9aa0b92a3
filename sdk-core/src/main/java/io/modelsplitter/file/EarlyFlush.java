package io.modelsplitter.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/**
 * Sends to the disk what was written so far, while more is written, so that little is left to wait
 * for at the end. Used by the thread that writes.
 */
final class EarlyFlush {
  private static final long EVERY = 32L << 20;

  private final FileChannel channel;
  private long unflushed;
  private @Nullable Thread flushing;
  private volatile @Nullable IOException failure;

  EarlyFlush(FileChannel channel) {
    this.channel = channel;
  }

  /** So many bytes more were written. */
  void written(long bytes) {
    unflushed += bytes;
    Thread running = flushing;
    if (unflushed >= EVERY && (running == null || !running.isAlive())) {
      unflushed = 0;
      Thread next = new Thread(this::flush, "model-splitter-flush");
      next.setDaemon(true);
      next.start();
      flushing = next;
    }
  }

  private void flush() {
    try {
      channel.force(false);
    } catch (IOException e) {
      failure = e;
    }
  }

  /**
   * Waits until nothing is being sent.
   *
   * @throws IOException when something could not be; the system tells of that once only
   */
  void end() throws IOException {
    Thread running = flushing;
    boolean interrupted = false;
    while (running != null && running.isAlive()) {
      try {
        running.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    IOException failed = failure;
    if (failed != null) {
      throw failed;
    }
  }
}
