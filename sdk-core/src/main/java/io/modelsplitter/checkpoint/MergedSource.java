package io.modelsplitter.checkpoint;

import io.modelsplitter.file.ByteReader;
import io.modelsplitter.file.ByteSource;
import io.modelsplitter.file.Stride;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
   * A system lets a process have a thousand files open; of more parts each is opened for a block.
   */
  private static final int MAX_OPEN = 64;

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

    /** Where in its file its bytes of a row begin. */
    long begin(long row) {
      return tensor.offset() + row * partRow + partOffset;
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
    /** By run: what goes on reading it; none before its first row is read. */
    private final @Nullable ByteReader[] readers = new ByteReader[runs.size()];

    private long position;
    private long blockBegin;
    private ByteBuffer block = ByteBuffer.allocate(0);
    private ByteBuffer piece = ByteBuffer.allocate(0);

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
        for (int run = 0; run < readers.length; run++) {
          scatter(run, row, rows);
        }
        blockBegin = row * rowBytes;
        block.limit((int) (rows * rowBytes));
        return;
      }
      long inRow = position - row * rowBytes;
      int number = 0;
      while (inRow >= runs.get(number).end()) {
        number++;
      }
      Run run = runs.get(number);
      block.clear().limit((int) Math.min(block.capacity(), run.end() - inRow));
      read(number, row, inRow - run.offset(), block);
      block.flip();
      blockBegin = position;
    }

    private void scatter(int number, long row, int rows) throws IOException {
      Run run = runs.get(number);
      int length = (int) run.length();
      if (piece.capacity() < rows * length) {
        piece = ByteBuffer.allocate(rows * length);
      }
      piece.clear().limit(rows * length);
      read(number, row, 0, piece);
      for (int i = 0; i < rows; i++) {
        int to = (int) (i * rowBytes + run.offset());
        System.arraycopy(piece.array(), i * length, block.array(), to, length);
      }
    }

    /** A run is read on from where it was read to; only within its first row it may begin late. */
    private void read(int number, long row, long inRun, ByteBuffer target) throws IOException {
      Run run = runs.get(number);
      ByteReader reader = readers[number];
      if (reader == null && inRun == 0 && readers.length <= MAX_OPEN) {
        reader = open(run, row, run.tensor().bytes() / run.partRow() - row);
        readers[number] = reader;
      }
      if (reader != null) {
        reader.read(target);
      } else if (inRun == 0 && target.remaining() >= run.length()) {
        try (ByteReader rows = open(run, row, target.remaining() / run.length())) {
          rows.read(target);
        }
      } else {
        long from = run.begin(row) + inRun;
        try (ByteReader some = run.tensor().source().open(from, from + target.remaining())) {
          some.read(target);
        }
      }
    }

    private ByteReader open(Run run, long row, long rows) throws IOException {
      List<Stride.Span> whole = List.of(new Stride.Span(0, run.length()));
      return run.tensor().source().open(new Stride(run.begin(row), rows, run.partRow(), whole));
    }

    @Override
    public void close() throws IOException {
      IOException failure = null;
      for (ByteReader reader : readers) {
        try {
          if (reader != null) {
            reader.close();
          }
        } catch (IOException e) {
          failure = e;
        }
      }
      if (failure != null) {
        throw failure;
      }
    }
  }
}
