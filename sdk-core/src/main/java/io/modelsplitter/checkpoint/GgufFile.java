package io.modelsplitter.checkpoint;

import io.modelsplitter.file.ByteSource;
import io.modelsplitter.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads the header of a GGUF file, as its <a
 * href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">specification</a> has it. GGUF
 * writes the innermost dimension first; shapes here are the other way round, as everywhere else.
 *
 * @param tensors by name, in the order of the header
 * @param metadata the key-values
 */
record GgufFile(Map<String, Tensor> tensors, GgufMetadata metadata) {
  private static final int MAX_NAME = 64;
  private static final int MAX_DIMENSIONS = 4;
  private static final int MAX_KEY = 65_535;
  private static final int MAX_KEYS = 100_000;
  private static final int MAX_TENSORS = 100_000;
  private static final int DEFAULT_ALIGNMENT = 32;
  private static final int MAX_ALIGNMENT = 1 << 16;

  /** A tensor's place before it is known where the data begins. */
  private record Info(String name, GgmlType type, List<Long> shape, long offset, long bytes) {}

  /**
   * Reads and checks the header.
   *
   * @throws io.modelsplitter.error.BadInputException says what is wrong with the file
   */
  static GgufFile read(ByteSource file) throws IOException {
    GgufInput in = new GgufInput(file);
    if (in.i32() != FileKind.GGUF_MAGIC) {
      throw in.bad("it does not begin with GGUF");
    }
    int version = in.i32();
    if (version != 2 && version != 3) { // which are laid out alike
      throw in.bad(
          "its version is %s; only 3 and 2 are known, in little-endian order"
              .formatted(Integer.toUnsignedString(version)));
    }
    long tensorCount = in.count("tensors", 24);
    long keyCount = in.count("key-values", 13);
    if (tensorCount > MAX_TENSORS || keyCount > MAX_KEYS) {
      throw in.bad(
          "it has %d tensors and %d key-values, more than %d and %d"
              .formatted(tensorCount, keyCount, MAX_TENSORS, MAX_KEYS));
    }
    List<GgufMetadata.KeyValue> keyValues = keyValues(file, in, keyCount);
    int alignment = alignment(in, keyValues);
    List<Info> infos = new ArrayList<>();
    for (long i = 0; i < tensorCount; i++) {
      infos.add(info(in));
    }
    long data = Math.min(align(in.position(), alignment), in.size());
    return new GgufFile(
        place(file, in, infos, data, alignment), new GgufMetadata(alignment, keyValues));
  }

  private static List<GgufMetadata.KeyValue> keyValues(ByteSource file, GgufInput in, long count)
      throws IOException {
    List<GgufMetadata.KeyValue> keyValues = new ArrayList<>();
    Set<String> keys = new HashSet<>();
    GgufValues values = new GgufValues(in);
    for (long i = 0; i < count; i++) {
      long from = in.position();
      String key = in.text("a key", MAX_KEY);
      if (!keys.add(key)) {
        throw in.bad("it has the key " + Json.show(key) + " twice");
      }
      Object value = values.read(Json.show(key));
      keyValues.add(new GgufMetadata.KeyValue(key, file, from, in.position(), value));
    }
    return keyValues;
  }

  private static int alignment(GgufInput in, List<GgufMetadata.KeyValue> keyValues) {
    for (GgufMetadata.KeyValue keyValue : keyValues) {
      if (keyValue.key().equals("general.alignment")) {
        if (keyValue.value() instanceof Integer number
            && number > 0
            && number <= MAX_ALIGNMENT
            && Integer.bitCount(number) == 1) {
          return number;
        }
        throw in.bad("general.alignment is no power of two up to " + MAX_ALIGNMENT);
      }
    }
    return DEFAULT_ALIGNMENT;
  }

  private static Info info(GgufInput in) throws IOException {
    String name = in.text("a tensor's name", MAX_NAME);
    int count = in.i32();
    if (count < 0 || count > MAX_DIMENSIONS) {
      throw in.bad("tensor %s has %d dimensions".formatted(Json.show(name), count));
    }
    List<Long> shape = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long dimension = in.i64();
      if (dimension < 0) {
        throw impossible(in, name, shape);
      }
      shape.add(dimension);
    }
    int number = in.i32();
    GgmlType type =
        GgmlType.of(number)
            .orElseThrow(
                () -> in.bad("tensor %s has the type %d".formatted(Json.show(name), number)));
    long innermost = shape.isEmpty() ? 1 : shape.get(0);
    Collections.reverse(shape);
    if (innermost % type.blockElements() != 0) {
      throw impossible(in, name, shape);
    }
    try {
      long bytes = type.bytes(shape.stream().reduce(1L, Math::multiplyExact));
      return new Info(name, type, shape, in.i64(), bytes);
    } catch (ArithmeticException e) {
      throw impossible(in, name, shape);
    }
  }

  private static RuntimeException impossible(GgufInput in, String name, List<Long> shape) {
    return in.bad("tensor " + Json.show(name) + " has the impossible shape " + shape);
  }

  /** Tensors must follow each other with no more between them than their alignment needs. */
  private static Map<String, Tensor> place(
      ByteSource file, GgufInput in, List<Info> infos, long data, int alignment) {
    long next = 0;
    List<Info> ordered = new ArrayList<>(infos);
    ordered.sort(Comparator.comparingLong(Info::offset).thenComparingLong(Info::bytes));
    long size = in.size() - data;
    for (Info info : ordered) {
      if (info.offset() != next) {
        throw in.bad(
            "tensor %s begins at byte %s of the data, where %d is next: tensors overlap or leave a hole"
                .formatted(Json.show(info.name()), Long.toUnsignedString(info.offset()), next));
      }
      if (info.bytes() > size - info.offset()) {
        throw in.bad(
            "tensor %s ends at byte %d of the data, which has %d"
                .formatted(
                    Json.show(info.name()), info.offset() + info.bytes(), Math.max(0, size)));
      }
      next = align(info.offset() + info.bytes(), alignment);
    }
    if (size > next) {
      throw in.bad("its tensors fill %d bytes of the data, but it has %d".formatted(next, size));
    }
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Info info : infos) {
      Tensor tensor =
          new Tensor(
              info.name(), info.type(), info.shape(), file, data + info.offset(), info.bytes());
      if (tensors.put(info.name(), tensor) != null) {
        throw in.bad("it has the tensor " + Json.show(info.name()) + " twice");
      }
    }
    return tensors;
  }

  static long align(long position, int alignment) {
    return (position + alignment - 1) / alignment * alignment;
  }
}
