package io.modelsplitter.checkpoint;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.file.ByteReader;
import io.modelsplitter.file.ByteSource;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Reads the bytes of parts through one buffer. For one thread.
 *
 * <p>The bytes pass through here because they must be hashed; having the system copy them from file
 * to file beside that was measured, and takes a quarter more of the processor than writing what was
 * read.
 */
final class PartReader {

  /**
   * Fits the cache of a core, so that what was read is still there when it is hashed and written.
   */
  private static final int BUFFER = 256 << 10;

  /** Outside of the heap, so that nothing is copied on the way in and out. One for each thread. */
  private static final ThreadLocal<ByteBuffer> BLOCKS =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(BUFFER));

  /** Takes all bytes of a buffer, in order; the buffer is used again afterwards. */
  interface Sink {
    void write(ByteBuffer bytes) throws IOException;
  }

  void read(TensorPart part, Sink sink) throws IOException {
    if (part.bytes() == 0) {
      return;
    }
    ByteSource source = part.tensor().source();
    try (ByteReader reader = source.open(part.stride())) {
      copy(part.bytes(), reader, sink);
    } catch (EOFException e) {
      throw shorter(source, e);
    }
  }

  /** A range of a file as it is. */
  void read(ByteSource source, long from, long to, Sink sink) throws IOException {
    try (ByteReader reader = source.open(from, to)) {
      copy(to - from, reader, sink);
    } catch (EOFException e) {
      throw shorter(source, e);
    }
  }

  private static BadInputException shorter(ByteSource source, EOFException e) {
    return new BadInputException(source.name() + " became shorter while it was read", e);
  }

  private static void copy(long bytes, ByteReader reader, Sink sink) throws IOException {
    ByteBuffer block = BLOCKS.get();
    for (long left = bytes; left > 0; ) {
      block.clear().limit((int) Math.min(block.capacity(), left));
      reader.read(block);
      block.flip();
      left -= block.remaining();
      sink.write(block);
    }
  }
}
