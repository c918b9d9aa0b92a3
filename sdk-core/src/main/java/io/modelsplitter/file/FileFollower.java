package io.modelsplitter.file;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Hashes a file while it is being written, each digest in a thread of its own, from what the system
 * still holds in memory. So bytes that an earlier attempt left are hashed too, and parts may come
 * in any order.
 */
final class FileFollower {
  private static final int BUFFER = 1 << 20;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition moved = lock.newCondition();
  private long available;
  private boolean isEnded;

  /** So many bytes from the first one on are there. */
  void available(long bytes) {
    lock.lock();
    try {
      if (bytes > available) {
        available = bytes;
        moved.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** There will be no more. */
  void end() {
    lock.lock();
    try {
      isEnded = true;
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The digest of the whole, in hex; waits until it is there. */
  String digest(Path path, String algorithm) throws IOException {
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      return digest(file, algorithm);
    }
  }

  private String digest(FileChannel file, String algorithm) throws IOException {
    MessageDigest digest = Digester.algorithm(algorithm);
    byte[] bytes = new byte[BUFFER];
    long position = 0;
    while (true) {
      long to = await(position);
      if (to == position) {
        return HexFormat.of().formatHex(digest.digest());
      }
      int length = (int) Math.min(BUFFER, to - position);
      ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, length);
      while (buffer.hasRemaining()) {
        if (file.read(buffer, position + buffer.position()) < 0) {
          throw new IOException("a file became shorter while it was hashed");
        }
      }
      digest.update(bytes, 0, length);
      position += length;
    }
  }

  /** Waits for more than this; answers what is there, which at the end may be no more. */
  private long await(long position) throws InterruptedIOException {
    lock.lock();
    try {
      while (available <= position && !isEnded) {
        moved.await();
      }
      return Math.max(available, position);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while a file was hashed");
    } finally {
      lock.unlock();
    }
  }
}
