package io.modelsplitter.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Hands over a header in blocks, since it can be long; or only counts it. For one thread. */
final class HeaderBuffer {
  private final PartReader.@Nullable Sink sink;
  private final ByteBuffer block = ByteBuffer.allocate(64 << 10);
  private long length;

  /**
   * @param sink null to only count
   */
  HeaderBuffer(PartReader.@Nullable Sink sink) {
    this.sink = sink;
  }

  void put(byte[] bytes) throws IOException {
    length += bytes.length;
    for (int at = 0; sink != null && at < bytes.length; ) {
      int count = Math.min(block.remaining(), bytes.length - at);
      block.put(bytes, at, count);
      at += count;
      if (!block.hasRemaining()) {
        flush();
      }
    }
  }

  /** How many bytes were put. */
  long length() {
    return length;
  }

  void flush() throws IOException {
    if (sink != null) {
      sink.write(block.flip());
      block.clear();
    }
  }
}
