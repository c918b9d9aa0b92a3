package io.modelsplitter.checkpoint;

import io.modelsplitter.file.ByteReader;
import io.modelsplitter.file.ByteSource;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * The bytes of a tensor whose parts lie in several files.
 *
 * @param name of the tensor
 * @param size how many bytes it has
 * @param rowBytes how many a row has
 * @param runs what a row consists of, in order and without a gap
 */
record MergedSource(String name, long size, long rowBytes, List<Run> runs) implements ByteSource {

  /** For a tensor whose bytes are not wanted. */
  static final ByteSource NONE = ByteSource.of(Path.of(""));

  private static final int BLOCK = 1 << 20;

  /**
   * A run of bytes in each row, and the part that has them.
   *
   * @param offset in the row
   * @param length how many
   * @param tensor the part
   * @param partRow how many bytes a row has in the part
   * @param partOffset where in that row they begin
   */
  record Run(long offset, long length, Tensor tensor, long partRow, long partOffset) {

    long end() {
      return offset + length;
    }

    /** Its bytes in this range of the row. */
    Run part(long from, long to) {
      return new Run(from, to - from, tensor, partRow, partOffset + from - offset);
    }
  }

  @Override
  public String version() throws IOException {
    StringBuilder versions = new StringBuilder();
    for (Run run : runs) {
      versions.append(run.tensor().source().version()).append(' ');
    }
    return versions.toString();
  }

  @Override
  public ByteReader open(long from, long to) {
    return new Reader(from);
  }

  private final class Reader implements ByteReader {
    private long position;
    private long blockBegin;
    private ByteBuffer block = ByteBuffer.allocate(0);

    Reader(long from) {
      this.position = from;
    }

    @Override
    public void read(ByteBuffer target) throws IOException {
      while (target.hasRemaining()) {
        if (position >= size) {
          throw new EOFException(name + " is asked for bytes after its end");
        }
        if (position < blockBegin || position >= blockBegin + block.limit()) {
          fill();
        }
        int at = (int) (position - blockBegin);
        int length = Math.min(target.remaining(), block.limit() - at);
        target.put(block.array(), at, length);
        position += length;
      }
    }

    /** Whole rows where they are short, and else what one part has. */
    private void fill() throws IOException {
      if (block.capacity() == 0) {
        block = ByteBuffer.allocate((int) Math.min(BLOCK, size));
      }
      long row = position / rowBytes;
      if (rowBytes <= block.capacity()) {
        int rows = (int) Math.min(block.capacity() / rowBytes, size / rowBytes - row);
        for (Run run : runs) {
          scatter(run, row, rows);
        }
        blockBegin = row * rowBytes;
        block.limit((int) (rows * rowBytes));
        return;
      }
      long inRow = position - row * rowBytes;
      for (Run run : runs) {
        if (inRow >= run.offset() && inRow < run.end()) {
          int length = (int) Math.min(block.capacity(), run.end() - inRow);
          long begin = row * run.partRow() + run.partOffset() + inRow - run.offset();
          block.clear().limit(length);
          read(run.tensor(), begin, block);
          block.flip();
          blockBegin = position;
          return;
        }
      }
    }

    private void scatter(Run run, long row, int rows) throws IOException {
      long begin = row * run.partRow() + run.partOffset();
      ByteBuffer part = ByteBuffer.allocate((int) ((rows - 1) * run.partRow() + run.length()));
      read(run.tensor(), begin, part);
      for (int i = 0; i < rows; i++) {
        System.arraycopy(
            part.array(),
            (int) (i * run.partRow()),
            block.array(),
            (int) (i * rowBytes + run.offset()),
            (int) run.length());
      }
    }

    private static void read(Tensor tensor, long begin, ByteBuffer target) throws IOException {
      long from = tensor.offset() + begin;
      try (ByteReader reader = tensor.source().open(from, from + target.remaining())) {
        reader.read(target);
      }
    }

    @Override
    public void close() {
      // nothing is held open
    }
  }
}
