package io.modelsplitter.checkpoint;

import io.modelsplitter.file.ByteReader;
import io.modelsplitter.file.ByteSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/**
 * A range of a source as a stream. It is read in blocks that grow, since nobody knows how much of
 * it is wanted; what is skipped is not read.
 */
final class SourceStream extends InputStream {
  private static final int FIRST_BLOCK = 64 << 10;
  private static final int LARGEST_BLOCK = 1 << 20;

  private final ByteSource source;
  private final long end;
  private ByteBuffer block = ByteBuffer.allocate(0);
  private long position; // of the first byte after the block

  SourceStream(ByteSource source, long from, long to) {
    this.source = source;
    this.position = from;
    this.end = to;
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

  @Override
  public long skip(long bytes) {
    long wanted = Math.max(0, Math.min(bytes, end - position + block.remaining()));
    int buffered = (int) Math.min(wanted, block.remaining());
    block.position(block.position() + buffered);
    position += wanted - buffered;
    return wanted;
  }

  private boolean fill() throws IOException {
    if (block.hasRemaining()) {
      return true;
    }
    if (position == end) {
      return false;
    }
    int size = Math.max(FIRST_BLOCK, Math.min(LARGEST_BLOCK, 2 * block.capacity()));
    int length = (int) Math.min(size, end - position);
    if (block.capacity() < length) {
      block = ByteBuffer.allocate(length);
    }
    block.clear().limit(length);
    try (ByteReader reader = source.open(position, position + length)) {
      reader.read(block);
    }
    position += length;
    block.flip();
    return true;
  }
}
