package io.modelsplitter.file;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the spans of a stride, one after the other. Where they lie close together, whole stretches
 * are read and the spans gathered from them; where they lie far apart, what is between them is not
 * read. For one thread.
 */
final class StrideReader implements ByteReader {
  /** Fits the cache of a core. */
  private static final int BUFFER = 256 << 10;

  /** From here on leaving bytes out costs less than reading them. */
  private static final long FAR = 32 << 10;

  private final Stride stride;
  private final Opener opener;
  private final Closeable held;
  private final boolean isDense;

  /** The next span to open; of a dense stride the next row to read. */
  private long next;

  private @Nullable ByteReader open;
  private long left; // of the span that is open
  private byte[] stretch = new byte[0];
  private ByteBuffer gathered = ByteBuffer.allocate(0);

  /** Opens a range of the file. */
  interface Opener {
    ByteReader open(long from, long to) throws IOException;
  }

  /**
   * @param held closed with this
   */
  StrideReader(Stride stride, Opener opener, Closeable held) {
    this.stride = stride;
    this.opener = opener;
    this.held = held;
    this.isDense = stride.rows() > 1 && stride.rowBytes() <= BUFFER && stride.gap() < FAR;
  }

  @Override
  public void read(ByteBuffer target) throws IOException {
    while (target.hasRemaining()) {
      if (isDense) {
        if (!gathered.hasRemaining()) {
          gather();
        }
        int count = Math.min(target.remaining(), gathered.remaining());
        target.put(target.position(), gathered, gathered.position(), count);
        target.position(target.position() + count);
        gathered.position(gathered.position() + count);
      } else {
        readSpan(target);
      }
    }
  }

  private void readSpan(ByteBuffer target) throws IOException {
    ByteReader reader = open;
    if (reader == null) {
      checkEnd(stride.count());
      reader = opener.open(stride.begin(next), stride.end(next));
      open = reader;
      left = stride.end(next) - stride.begin(next);
      next++;
    }
    int limit = target.limit();
    int count = (int) Math.min(target.remaining(), left);
    target.limit(target.position() + count);
    reader.read(target);
    target.limit(limit);
    left -= count;
    if (left == 0) {
      closeOpen();
    }
  }

  private void checkEnd(long end) throws EOFException {
    if (next >= end) {
      throw new EOFException("more is asked for than the " + stride.count() + " spans have");
    }
  }

  /** As many rows at once as the buffer takes. The first and last row are read in part only. */
  private void gather() throws IOException {
    checkEnd(stride.rows());
    ByteReader reader = open;
    if (reader == null) {
      reader = opener.open(stride.from(), stride.to());
      open = reader;
      int most = (int) Math.min(BUFFER, stride.rows() * stride.rowBytes());
      stretch = new byte[most];
      gathered = ByteBuffer.allocate(most);
    }
    int row = (int) stride.rowBytes();
    int rows = (int) Math.min(stretch.length / row, stride.rows() - next);
    int begin = next == 0 ? (int) (stride.from() - stride.offset()) : 0;
    boolean isLast = next + rows == stride.rows();
    int end = isLast ? (int) (stride.to() - stride.offset() - next * row) : rows * row;
    reader.read(ByteBuffer.wrap(stretch, begin, end - begin));
    gathered.clear();
    for (int i = 0; i < rows; i++) {
      for (Stride.Span span : stride.spans()) {
        gathered.put(stretch, i * row + (int) span.offset(), (int) span.length());
      }
    }
    gathered.flip();
    next += rows;
  }

  private void closeOpen() throws IOException {
    ByteReader reader = open;
    open = null;
    if (reader != null) {
      reader.close();
    }
  }

  @Override
  public void close() throws IOException {
    try (held) {
      closeOpen();
    }
  }
}
