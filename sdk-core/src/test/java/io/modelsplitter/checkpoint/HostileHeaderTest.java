package io.modelsplitter.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.error.BadInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Whatever bytes a file has, opening and planning it gives a checkpoint or says what is wrong, in
 * little memory.
 */
class HostileHeaderTest {
  private static final String HEADER =
      "{\"__metadata__\":{\"format\":\"pt\",\"wte.weight\":\"h.0.x\"},"
          + "\"h.0.x\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]},"
          + "\"h.1.x\":{\"dtype\":\"BF16\",\"shape\":[4],\"data_offsets\":[8,16]}}";

  /** Each number of the header, with what stands beside it there and nowhere else. */
  private static final List<String> NUMBERS =
      List.of("[2,", ",1]", "[0,", ",8]", "[4]", "[8,", ",16]");

  private static Path file = Path.of("");

  @BeforeContainer
  static void makeFile() throws IOException {
    file = Files.createTempFile("hostile", ".safetensors");
  }

  @AfterContainer
  static void removeFile() throws IOException {
    Files.delete(file);
  }

  @Example
  void header_unchanged_isACheckpoint() throws IOException {
    Files.write(file, file(HEADER.getBytes(StandardCharsets.UTF_8), 16));
    Checkpoint checkpoint = Checkpoint.open(file);
    assertEquals(Set.of("h.0.x", "h.1.x"), checkpoint.tensors().keySet());
    assertEquals(2, SplitPlan.pipeline(checkpoint, 2).ranks().size());
  }

  @Property(tries = 400)
  void anyBytes(@ForAll byte[] bytes) {
    open(bytes);
  }

  @Property(tries = 400)
  void anyHeader(@ForAll String header, @ForAll @IntRange(max = 64) int data) {
    open(file(header.getBytes(StandardCharsets.UTF_8), data));
  }

  @Property(tries = 1000)
  void headerWithChangedBytes(
      @ForAll @IntRange(max = 1000) int at,
      @ForAll byte value,
      @ForAll @IntRange(max = 999) int cut) {
    byte[] bytes = file(HEADER.getBytes(StandardCharsets.UTF_8), 16);
    bytes[at % bytes.length] = value;
    int length = cut < 900 ? bytes.length : cut % bytes.length;
    open(Arrays.copyOf(bytes, length));
  }

  @Property(tries = 300)
  void headerWithAnotherNumber(@ForAll long number, @ForAll @IntRange(max = 6) int which) {
    String place = NUMBERS.get(which);
    assertEquals(HEADER.indexOf(place), HEADER.lastIndexOf(place), place);
    assertTrue(HEADER.contains(place), place);
    String text = HEADER.replace(place, place.replaceFirst("\\d+", String.valueOf(number)));
    open(file(text.getBytes(StandardCharsets.UTF_8), 16));
  }

  @Property(tries = 50)
  void deepHeader(@ForAll @IntRange(min = 1, max = 5_000) int depth, @ForAll boolean lists) {
    String deep = (lists ? "[" : "{\"a\":").repeat(depth);
    open(file(("{\"h.0.x\":" + deep).getBytes(StandardCharsets.UTF_8), 16));
    open(file(("{\"__metadata__\":" + deep).getBytes(StandardCharsets.UTF_8), 16));
  }

  @Property(tries = 300)
  void tensorsThatShareBytes(
      @ForAll @IntRange(max = 24) int begin, @ForAll @IntRange(max = 24) int end) {
    String text =
        "{\"h.0.x\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[0,8]},"
            + "\"h.0.y\":{\"dtype\":\"U8\",\"shape\":[%d],\"data_offsets\":[%d,%d]}}"
                .formatted(end - begin, begin, end);
    open(file(text.getBytes(StandardCharsets.UTF_8), 16));
  }

  private static byte[] file(byte[] header, int data) {
    return ByteBuffer.allocate(8 + header.length + data)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header.length)
        .put(header)
        .array();
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
