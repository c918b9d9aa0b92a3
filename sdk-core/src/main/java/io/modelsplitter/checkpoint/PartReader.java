package io.modelsplitter.checkpoint;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.file.ByteReader;
import io.modelsplitter.file.ByteSource;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Reads the bytes of parts through one buffer. Where the spans of a part lie close together, whole
 * stretches of the tensor are read and the spans gathered from them; where they lie far apart, what
 * is between them is not read. For one thread.
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

  /** From here on leaving bytes out costs less than reading them. */
  private static final long FAR = 32 << 10;

  /** Outside of the heap, so that nothing is copied on the way in and out. One for each thread. */
  private static final ThreadLocal<ByteBuffer> BLOCKS =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(BUFFER));

  private byte[] gathered = new byte[0];
  private byte[] stretch = new byte[0];

  /** Takes all bytes of a buffer, in order; the buffer is used again afterwards. */
  interface Sink {
    void write(ByteBuffer bytes) throws IOException;
  }

  void read(TensorPart part, Sink sink) throws IOException {
    if (part.bytes() == 0) {
      return;
    }
    Tensor tensor = part.tensor();
    Stride stride = part.stride();
    if (!isDense(stride)) {
      for (long row = 0; row < stride.rows(); row++) {
        for (Stride.Span span : stride.spans()) {
          long from = tensor.offset() + row * stride.rowBytes() + span.offset();
          read(tensor.source(), from, from + span.length(), sink);
        }
      }
      return;
    }
    long from = tensor.offset() + stride.from();
    long to = tensor.offset() + stride.to();
    try (ByteReader reader = tensor.source().open(from, to)) {
      gather(stride, reader, sink);
    } catch (EOFException e) {
      throw shorter(tensor.source(), e);
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

  private static boolean isDense(Stride stride) {
    long taken = stride.spans().stream().mapToLong(Stride.Span::length).sum();
    return stride.rows() > 1
        && stride.rowBytes() <= BUFFER
        && (stride.rowBytes() - taken) / stride.spans().size() < FAR;
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

  /** As many rows at once as the buffer takes. The first and last row are read in part only. */
  private void gather(Stride stride, ByteReader reader, Sink sink) throws IOException {
    int row = (int) stride.rowBytes();
    if (stretch.length == 0) {
      stretch = new byte[BUFFER];
      gathered = new byte[BUFFER];
    }
    int atOnce = BUFFER / row;
    for (long done = 0; done < stride.rows(); done += atOnce) {
      int rows = (int) Math.min(atOnce, stride.rows() - done);
      int begin = done == 0 ? (int) stride.from() : 0;
      boolean isLast = done + rows == stride.rows();
      int end = isLast ? (int) (stride.to() - done * row) : rows * row;
      reader.read(ByteBuffer.wrap(stretch, begin, end - begin));
      int filled = 0;
      for (int i = 0; i < rows; i++) {
        for (Stride.Span span : stride.spans()) {
          int length = (int) span.length();
          System.arraycopy(stretch, i * row + (int) span.offset(), gathered, filled, length);
          filled += length;
        }
      }
      sink.write(ByteBuffer.wrap(gathered, 0, filled));
    }
  }
}
