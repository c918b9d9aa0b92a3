package io.modelsplitter.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.modelsplitter.error.BadInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Whatever bytes a GGUF file has, opening and planning it works or says what is wrong, in little
 * memory.
 */
class HostileGgufTest {
  private static final byte[] GOOD =
      new TestGguf()
          .llama(1)
          .numbers("llama.attention.x", 1, 2, 3)
          .tensor("token_embd.weight", 1, 1536, 256, 3)
          .tensor("blk.0.attn_norm.weight", 0, 1024, 256)
          .tensor("blk.0.ffn_down.weight", 2, 16 * 18, 512, 1)
          .bytes();

  private static Path file = Path.of("");

  /** Where the data begins, which may hold anything. */
  private static int dataBegin;

  @BeforeContainer
  static void makeFile() throws IOException {
    file = Files.createTempFile("hostile", ".gguf");
    Files.write(file, GOOD);
    dataBegin =
        Checkpoint.open(file).tensors().values().stream()
            .mapToInt(tensor -> (int) tensor.offset())
            .min()
            .orElseThrow();
  }

  @AfterContainer
  static void removeFile() throws IOException {
    Files.delete(file);
  }

  @Example
  void file_unchanged_isACheckpoint() throws IOException {
    Files.write(file, GOOD);
    Checkpoint checkpoint = Checkpoint.open(file);
    assertEquals(3, checkpoint.tensors().size());
    assertEquals(1, SplitPlan.pipeline(checkpoint, 1).ranks().size());
  }

  @Property(tries = 400)
  void anyBytes(@ForAll byte[] bytes) {
    ByteBuffer all = ByteBuffer.allocate(8 + bytes.length).order(ByteOrder.LITTLE_ENDIAN);
    open(all.putInt(0x46554747).putInt(3).put(bytes).array());
  }

  @Property(tries = 2000)
  void changedByte(@ForAll @IntRange(max = 9_999) int at, @ForAll byte value) {
    byte[] bytes = GOOD.clone();
    bytes[at % dataBegin] = value;
    open(bytes);
  }

  @Property(tries = 1500)
  void changedNumber(@ForAll @IntRange(max = 9_999) int at, @ForAll long value) {
    byte[] bytes = GOOD.clone();
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(at % dataBegin, value);
    open(bytes);
  }

  @Property(tries = 500)
  void cutOff(@ForAll @IntRange(max = 3000) int length) {
    open(Arrays.copyOf(GOOD, Math.min(length, GOOD.length)));
  }

  @Property(tries = 50)
  void deepLists(@ForAll @IntRange(min = 1, max = 2000) int depth) {
    ByteBuffer bytes = ByteBuffer.allocate(64 + 12 * depth).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(0x46554747).putInt(3).putLong(0).putLong(1).putLong(1).put((byte) 'k').putInt(9);
    for (int i = 0; i < depth; i++) {
      bytes.putInt(9).putLong(1);
    }
    open(bytes.array());
  }

  private static void open(byte[] bytes) {
    Allocations.assertFew(bytes.length, () -> read(bytes));
  }

  private static void read(byte[] bytes) {
    try {
      Files.write(file, bytes);
      SplitPlan.pipeline(Checkpoint.open(file), 1);
    } catch (BadInputException e) {
      // which is one of the two answers that are right
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
