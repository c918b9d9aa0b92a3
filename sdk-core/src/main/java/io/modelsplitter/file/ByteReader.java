package io.modelsplitter.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A range of a {@link ByteSource}, read from its first byte on. For one thread. */
public interface ByteReader extends Closeable {

  /**
   * Fills the buffer.
   *
   * @param target filled up to its limit
   * @throws java.io.EOFException when the source ends before, which it did not when it was opened
   * @throws IOException when it cannot be read
   */
  void read(ByteBuffer target) throws IOException;
}
