package io.modelsplitter.checkpoint;

import io.modelsplitter.file.ByteReader;
import io.modelsplitter.file.ByteSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** A range of a source as a stream, read in small blocks. */
final class SourceStream extends InputStream {
  private static final int BLOCK = 64 << 10;

  private final ByteReader reader;
  private final ByteBuffer block;
  private long left;

  SourceStream(ByteSource source, long from, long to) throws IOException {
    this.reader = source.open(from, to);
    this.left = to - from;
    this.block = ByteBuffer.allocate((int) Math.max(1, Math.min(BLOCK, left))).limit(0);
  }

  @Override
  public int read() throws IOException {
    return fill() ? block.get() & 0xFF : -1;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int count = Math.min(length, block.remaining());
    block.get(buffer, offset, count);
    return count;
  }

  /** Leaves bytes out; what is in the block is used first. */
  @Override
  public long skip(long bytes) throws IOException {
    long wanted = Math.max(0, Math.min(bytes, left + block.remaining()));
    int buffered = (int) Math.min(wanted, block.remaining());
    block.position(block.position() + buffered);
    reader.skip(wanted - buffered);
    left -= wanted - buffered;
    return wanted;
  }

  private boolean fill() throws IOException {
    if (block.hasRemaining()) {
      return true;
    }
    if (left == 0) {
      return false;
    }
    block.clear().limit((int) Math.min(block.capacity(), left));
    reader.read(block);
    block.flip();
    left -= block.remaining();
    return true;
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
