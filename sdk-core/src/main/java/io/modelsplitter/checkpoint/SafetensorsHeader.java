package io.modelsplitter.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.file.ByteSource;
import io.modelsplitter.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The header of a safetensors file: JSON from tensor names to type, shape and place.
 *
 * @param tensors by name, in the order of the header
 * @param metadata {@code __metadata__}
 */
record SafetensorsHeader(Map<String, Tensor> tensors, Map<String, String> metadata) {

  /** Read token by token, so that a long header costs what its tensors cost and no more. */
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW) // see Json.parseFile
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(8)
                  .maxNameLength(4_096)
                  .maxStringLength(1 << 20)
                  .maxNumberLength(20)
                  .build())
          .build();

  private static final int MAX_DIMENSIONS = 64;

  /** More than any model is known to have, and as many as a small heap can list. */
  private static final int MAX_TENSORS = 100_000;

  /** All that is wanted of __metadata__ is which tensor's name stands for which. */
  private static final int MAX_METADATA = 10_000;

  private static final int MAX_ALIAS = 1_000;

  /**
   * @param in the header's bytes and nothing more
   * @param dataOffset where in the file the data begins
   * @param dataBytes how much data follows
   */
  static SafetensorsHeader read(ByteSource file, InputStream in, long dataOffset, long dataBytes)
      throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    Map<String, String> metadata = Map.of();
    Map<List<Long>, List<Long>> shapes = new HashMap<>(); // many tensors have the same
    try (JsonParser parser = JSON.createParser(in)) {
      expect(file, parser.nextToken(), JsonToken.START_OBJECT, "the header");
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        expect(file, parser.nextToken(), JsonToken.START_OBJECT, Json.show(name));
        if (name.codePoints().anyMatch(c -> c >= 0xD800 && c <= 0xDFFF)) {
          throw bad(file, "the name " + Json.show(name) + " has an unpaired surrogate");
        }
        if (name.equals("__metadata__")) {
          metadata = metadata(file, parser);
        } else {
          if (tensors.size() == MAX_TENSORS) {
            throw bad(file, "it has more than " + MAX_TENSORS + " tensors");
          }
          tensors.put(name, tensor(file, name, parser, shapes, dataOffset, dataBytes));
        }
      }
      if (parser.nextToken() != null) {
        throw bad(file, "its header has more than one JSON object");
      }
    } catch (JsonProcessingException e) {
      throw new BadInputException(
          file.name() + " is no valid safetensors file: its header: " + e.getOriginalMessage(), e);
    }
    checkCoverage(file, tensors, dataOffset, dataBytes);
    return new SafetensorsHeader(tensors, metadata);
  }

  private static Map<String, String> metadata(ByteSource file, JsonParser parser)
      throws IOException {
    Map<String, String> metadata = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      expect(file, parser.nextToken(), JsonToken.VALUE_STRING, "__metadata__ " + Json.show(key));
      if (key.length() + parser.getTextLength() > MAX_ALIAS) {
        continue; // what a training run noted
      }
      if (metadata.size() == MAX_METADATA) {
        throw bad(file, "its __metadata__ has more than " + MAX_METADATA + " entries");
      }
      metadata.put(key, parser.getText());
    }
    return metadata;
  }

  private static Tensor tensor(
      ByteSource file,
      String name,
      JsonParser parser,
      Map<List<Long>, List<Long>> shapes,
      long dataOffset,
      long dataBytes)
      throws IOException {
    String dtypeName = null;
    List<Long> shape = null;
    List<Long> offsets = null;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String field = parser.currentName();
      JsonToken token = parser.nextToken();
      switch (field) {
        case "dtype" -> {
          expect(file, token, JsonToken.VALUE_STRING, "the dtype of " + Json.show(name));
          dtypeName = parser.getText();
        }
        case "shape" -> shape = numbers(file, name, field, parser);
        case "data_offsets" -> offsets = numbers(file, name, field, parser);
        default ->
            throw bad(file, "tensor " + Json.show(name) + " has the field " + Json.show(field));
      }
    }
    if (dtypeName == null || shape == null || offsets == null || offsets.size() != 2) {
      throw bad(file, "tensor " + Json.show(name) + " needs dtype, shape and two data_offsets");
    }
    String unknown = dtypeName;
    DType dtype =
        DType.of(dtypeName)
            .orElseThrow(
                () ->
                    bad(
                        file,
                        "tensor " + Json.show(name) + " has the dtype " + Json.show(unknown)));
    long begin = offsets.get(0);
    long end = offsets.get(1);
    if (begin > end || end > dataBytes) {
      throw bad(
          file,
          "tensor %s has data_offsets [%d, %d], but the data has %d bytes"
              .formatted(Json.show(name), begin, end, dataBytes));
    }
    if (end - begin != bytes(file, name, dtype, shape)) {
      throw bad(
          file,
          "tensor %s has %d bytes, which is not what %s%s needs"
              .formatted(Json.show(name), end - begin, dtype, shape));
    }
    List<Long> shared = shapes.computeIfAbsent(List.copyOf(shape), unique -> unique);
    return new Tensor(name, dtype, shared, file, dataOffset + begin, end - begin);
  }

  private static List<Long> numbers(ByteSource file, String name, String field, JsonParser parser)
      throws IOException {
    expect(file, parser.currentToken(), JsonToken.START_ARRAY, field + " of " + Json.show(name));
    List<Long> numbers = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      expect(
          file,
          parser.currentToken(),
          JsonToken.VALUE_NUMBER_INT,
          field + " of " + Json.show(name));
      long number = parser.getLongValue();
      if (number < 0 || numbers.size() == MAX_DIMENSIONS) {
        throw bad(file, field + " of tensor " + Json.show(name) + " has " + number);
      }
      numbers.add(number);
    }
    return numbers;
  }

  private static long bytes(ByteSource file, String name, DType dtype, List<Long> shape) {
    try {
      long bits = dtype.bits();
      for (long dimension : shape) {
        bits = Math.multiplyExact(bits, dimension);
      }
      if (bits % 8 == 0) {
        return bits / 8;
      }
    } catch (ArithmeticException e) {
      // said below
    }
    throw bad(file, "tensor " + Json.show(name) + " has the impossible shape " + shape);
  }

  /** In the order of their places the tensors must follow each other and fill the data. */
  private static void checkCoverage(
      ByteSource file, Map<String, Tensor> tensors, long dataOffset, long dataBytes) {
    List<Tensor> byPlace = new ArrayList<>(tensors.values());
    byPlace.sort(Comparator.comparingLong(Tensor::offset).thenComparingLong(Tensor::bytes));
    long next = dataOffset;
    for (Tensor tensor : byPlace) {
      if (tensor.offset() != next) {
        throw bad(
            file,
            "tensor %s begins at byte %d of the data, where %d is next: tensors overlap or leave a hole"
                .formatted(
                    Json.show(tensor.name()), tensor.offset() - dataOffset, next - dataOffset));
      }
      next += tensor.bytes();
    }
    if (next != dataOffset + dataBytes) {
      throw bad(
          file,
          "its tensors fill %d bytes of the data, but it has %d"
              .formatted(next - dataOffset, dataBytes));
    }
  }

  private static void expect(
      ByteSource file, @Nullable JsonToken token, JsonToken wanted, String what) {
    if (token != wanted) {
      throw bad(file, what + " has " + token + " where " + wanted + " belongs");
    }
  }

  static BadInputException bad(ByteSource file, String reason) {
    return new BadInputException(file.name() + " is no valid safetensors file: " + reason);
  }
}
