package io.modelsplitter.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.file.ByteReader;
import io.modelsplitter.file.ByteSource;
import io.modelsplitter.file.Stride;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows that are put together from the parts of several files. */
class MergedSourceTest {
  @TempDir Path folder = Path.of("");

  /** A file, and how often it was opened. */
  private record Counted(ByteSource file, AtomicInteger opens) implements ByteSource {
    @Override
    public String name() {
      return file.name();
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public String version() throws IOException {
      return file.version();
    }

    @Override
    public ByteReader open(long from, long to) throws IOException {
      opens.incrementAndGet();
      return file.open(from, to);
    }

    @Override
    public ByteReader open(Stride stride) throws IOException {
      opens.incrementAndGet();
      return file.open(stride);
    }
  }

  /** Reads the rows from a byte on; each part has so many bytes of each row. */
  private void assertReads(int parts, int rows, int partRow, int from, int mostOpens)
      throws IOException {
    int rowBytes = parts * partRow;
    byte[] whole = new byte[rows * rowBytes];
    new Random(3).nextBytes(whole);
    AtomicInteger opens = new AtomicInteger();
    List<MergedSource.Run> runs = new ArrayList<>();
    for (int part = 0; part < parts; part++) {
      ByteBuffer bytes = ByteBuffer.allocate(rows * partRow);
      for (int row = 0; row < rows; row++) {
        bytes.put(whole, row * rowBytes + part * partRow, partRow);
      }
      Path file = Files.write(folder.resolve("part-" + part), bytes.array());
      Tensor tensor =
          new Tensor(
              "x",
              DType.U8,
              List.of((long) rows, (long) partRow),
              new Counted(ByteSource.of(file), opens),
              0,
              bytes.capacity());
      runs.add(new MergedSource.Run((long) part * partRow, partRow, tensor, partRow, 0));
    }
    MergedSource source = new MergedSource("x", whole.length, rowBytes, runs);
    ByteBuffer read = ByteBuffer.allocate(whole.length - from);
    try (ByteReader reader = source.open(from, whole.length)) {
      reader.read(read);
    }
    assertArrayEquals(Arrays.copyOfRange(whole, from, whole.length), read.array());
    assertTrue(opens.get() <= mostOpens, () -> "opened " + opens);
  }

  @Test
  void read_rowsOfAnyLength_opensEachPartOnce() throws IOException {
    assertReads(2, 3, 1_500_000, 0, 2);
    assertReads(3, 4_000, 1_000, 0, 3);
    assertReads(1, 1, 5_000_000, 0, 1);
  }

  @Test
  void read_fromWithinARow_isTheSame() throws IOException {
    assertReads(2, 3, 1_500_000, 1_499_999, 3);
    assertReads(2, 3, 1_500_000, 4_400_000, 4);
    assertReads(3, 4_000, 1_000, 3_500, 3);
  }

  @Test
  void read_moreParts_thanMayBeOpen_isTheSame() throws IOException {
    assertReads(200, 30, 64, 0, 200);
    assertReads(100, 2, 20_000, 30_000, 1_000);
  }
}
