package io.modelsplitter.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.file.ByteSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.junit.jupiter.api.Test;

/** What is read of a part is what an element-by-element copy would give. */
class PartReaderTest {
  private static final int SIZE = 4 << 20;
  private static final int BEFORE = 13;
  private static final List<ElementType> TYPES =
      List.of(DType.F4, DType.F6_E2M3, DType.U8, DType.BF16, DType.F32, DType.F64, GgmlType.Q4_0);

  private static byte[] content = new byte[0];
  private static Path file = Path.of("");

  @BeforeContainer
  static void makeFile() throws IOException {
    content = new byte[SIZE];
    new Random(1).nextBytes(content);
    file = Files.createTempFile("parts", ".bin");
    Files.write(file, content);
  }

  @AfterContainer
  static void removeFile() throws IOException {
    Files.delete(file);
  }

  private static Tensor tensor(ElementType type, List<Long> shape) {
    long bytes = type.bytes(shape.stream().reduce(1L, Math::multiplyExact));
    return new Tensor("x", type, shape, ByteSource.of(file), BEFORE, bytes);
  }

  private static byte[] read(TensorPart part) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new PartReader()
        .read(
            part,
            bytes -> {
              byte[] taken = new byte[bytes.remaining()];
              bytes.get(taken);
              out.writeBytes(taken);
            });
    return out.toByteArray();
  }

  /** Block by block, with the index of each computed from its place. */
  private static byte[] expected(Tensor tensor, Cut cut) {
    ElementType type = tensor.dtype();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    long inner = 1;
    for (long dimension : tensor.shape().subList(cut.axis() + 1, tensor.shape().size())) {
      inner *= dimension;
    }
    long length = tensor.shape().get(cut.axis());
    for (long element = 0; element < tensor.elements(); element += type.blockElements()) {
      long index = element / inner % length;
      boolean isTaken = cut.pieces().stream().anyMatch(it -> index >= it.from() && index < it.to());
      if (isTaken) {
        int at = (int) (BEFORE + type.bytes(element));
        out.writeBytes(Arrays.copyOfRange(content, at, at + type.blockBytes()));
      }
    }
    return out.toByteArray();
  }

  @Property(tries = 500)
  void read_anyCut_isWhatItsIndicesSay(
      @ForAll @IntRange(max = 6) int which,
      @ForAll @IntRange(min = 1, max = 6) int first,
      @ForAll @IntRange(min = 1, max = 9) int second,
      @ForAll @IntRange(min = 1, max = 5) int third,
      @ForAll @IntRange(max = 2) int axis,
      @ForAll @IntRange(min = 1, max = 200) int scale,
      @ForAll long seed)
      throws IOException {
    ElementType type = TYPES.get(which);
    int block = type.blockElements();
    List<Long> shape = new ArrayList<>(List.of((long) first, (long) second, (long) third * block));
    shape.set(axis, shape.get(axis) * scale);
    Tensor tensor = tensor(type, shape);
    long step = axis == 2 ? block : 1;
    Random random = new Random(seed);
    List<Cut.Piece> pieces = new ArrayList<>();
    long from = random.nextInt(3) * step;
    while (from < shape.get(axis)) {
      long to = Math.min(shape.get(axis), from + (1 + random.nextInt(2 * scale)) * step);
      pieces.add(new Cut.Piece(from, to));
      from = to + random.nextInt(2 * scale) * step;
    }
    if (pieces.isEmpty()) {
      return;
    }
    Cut cut = new Cut(axis, pieces);
    TensorPart part = new TensorPart("x", tensor, Optional.of(cut), Share.OWN);
    byte[] expected = expected(tensor, cut);
    assertEquals(expected.length, part.bytes());
    assertArrayEquals(expected, read(part));
  }

  @Property(tries = 20)
  void read_rowsThatFitNoBuffer_isWhatItsIndicesSay(
      @ForAll @IntRange(min = 1, max = 3) int rows,
      @ForAll @IntRange(min = 100_000, max = 300_000) int columns,
      @ForAll @IntRange(min = 1, max = 99_998) int from)
      throws IOException {
    Tensor tensor = tensor(DType.F32, List.of((long) rows, (long) columns));
    Cut cut = new Cut(1, List.of(new Cut.Piece(from / 2, from), new Cut.Piece(from + 1, columns)));
    TensorPart part = new TensorPart("x", tensor, Optional.of(cut), Share.OWN);
    assertArrayEquals(expected(tensor, cut), read(part));
  }

  @Test
  void cut_throughABlockOrBeyondTheShape_isRefused() {
    Tensor nibbles = tensor(DType.F4, List.of(3L, 4L));
    for (Cut cut :
        List.of(
            new Cut(1, List.of(new Cut.Piece(1, 4))),
            new Cut(1, List.of(new Cut.Piece(0, 5))),
            new Cut(2, List.of(new Cut.Piece(0, 1))))) {
      assertThrows(
          BadInputException.class, () -> new TensorPart("x", nibbles, Optional.of(cut), Share.OWN));
    }
    assertThrows(BadInputException.class, () -> new Cut(0, List.of()));
    assertThrows(BadInputException.class, () -> new Cut(-1, List.of(new Cut.Piece(0, 1))));
    assertThrows(
        BadInputException.class,
        () -> new Cut(0, List.of(new Cut.Piece(2, 4), new Cut.Piece(3, 5))));
    assertEquals(
        List.of(new Cut.Piece(0, 4)),
        new Cut(0, List.of(new Cut.Piece(0, 2), new Cut.Piece(2, 4))).pieces());
  }
}
