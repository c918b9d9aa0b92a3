package io.modelsplitter.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads of a plan's JSON what merging needs: which part of which tensor a rank holds. */
final class PlanReader {

  private static final ObjectMapper JSON =
      new ObjectMapper(
          JsonFactory.builder()
              .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
              .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW) // see Json.parseFile
              .streamReadConstraints(
                  StreamReadConstraints.builder()
                      .maxNestingDepth(200)
                      .maxNameLength(4_096)
                      .maxStringLength(1 << 20)
                      .maxNumberLength(40)
                      .build())
              .build());

  private PlanReader() {}

  /**
   * A part.
   *
   * @param rank who holds it
   * @param name the name it is held by
   * @param storedName what the tensor is called in the checkpoint
   * @param storedShape the tensor's shape
   * @param shape the part's
   * @param cut what is taken of the tensor; empty for all
   */
  record Entry(
      int rank,
      String name,
      String storedName,
      String dtype,
      List<Long> storedShape,
      List<Long> shape,
      Optional<Cut> cut) {

    /** Refuses a tensor of a file that is not what the plan says. */
    void check(Tensor tensor) {
      if (!dtype.equals(tensor.dtype().name()) || !shape.equals(tensor.shape())) {
        throw new BadInputException(
            "tensor %s of rank %d is %s%s in the file, but %s%s in the plan"
                .formatted(
                    Json.show(name), rank, tensor.dtype().name(), tensor.shape(), dtype, shape));
      }
    }
  }

  /** Is handed one part after the other. */
  interface Visitor {
    void take(Entry entry);
  }

  /**
   * Reads the parts of a plan one by one, since they can be more than fit the memory.
   *
   * @param plan a file with a plan, or an object that has one as {@code plan}
   */
  static void read(Path plan, Visitor visitor) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(plan), 64 << 10);
        JsonParser parser = JSON.getFactory().createParser(in)) {
      parser.nextToken();
      if (!object(parser, visitor)) {
        throw bad("it has no \"ranks\"");
      }
      if (parser.nextToken() != null) {
        throw bad("text follows after it");
      }
    } catch (JsonProcessingException e) {
      throw new BadInputException(plan + " is no valid JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static boolean object(JsonParser parser, Visitor visitor) throws IOException {
    boolean hasRanks = false;
    for (String field = first(parser, "a plan"); field != null; field = parser.nextFieldName()) {
      JsonToken token = parser.nextToken();
      if (field.equals("ranks")) {
        hasRanks = true;
        expect(token, JsonToken.START_ARRAY, "\"ranks\"");
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          rank(parser, visitor);
        }
      } else if (field.equals("plan") && token == JsonToken.START_OBJECT) {
        hasRanks |= object(parser, visitor);
      } else {
        parser.skipChildren();
      }
    }
    return hasRanks;
  }

  private static void rank(JsonParser parser, Visitor visitor) throws IOException {
    int number = -1;
    boolean hasTensors = false;
    for (String field = first(parser, "a rank"); field != null; field = parser.nextFieldName()) {
      JsonToken token = parser.nextToken();
      if (field.equals("rank")) {
        expect(token, JsonToken.VALUE_NUMBER_INT, "\"rank\"");
        number = parser.getIntValue();
      } else if (field.equals("tensors")) {
        hasTensors = true;
        expect(token, JsonToken.START_ARRAY, "\"tensors\"");
        if (number < 0) {
          throw bad("a rank has no number before its tensors");
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          expect(parser.currentToken(), JsonToken.START_OBJECT, "a tensor");
          Map<String, Object> tensor = JSON.readerForMapOf(Object.class).readValue(parser);
          visitor.take(entry(number, tensor));
        }
      } else {
        parser.skipChildren();
      }
    }
    if (!hasTensors) {
      throw bad("a rank has no \"tensors\"");
    }
  }

  /** The first field of the object that begins here; null where it has none. */
  private static @Nullable String first(JsonParser parser, String what) throws IOException {
    expect(parser.currentToken(), JsonToken.START_OBJECT, what);
    return parser.nextFieldName();
  }

  private static void expect(@Nullable JsonToken token, JsonToken wanted, String what) {
    if (token != wanted) {
      throw bad(what + " has " + token + " where " + wanted + " belongs");
    }
  }

  private static Entry entry(int rank, Map<?, ?> tensor) {
    String name = text(tensor.get("name"), "name");
    List<Long> shape = numbers(tensor.get("shape"), "shape");
    Object axis = tensor.get("axis");
    Optional<Cut> cut = Optional.empty();
    if (axis instanceof Integer number) {
      cut = Optional.of(new Cut(number, pieces(tensor.get("pieces"))));
    } else if (axis != null) {
      throw bad("\"axis\" of tensor " + Json.show(name) + " is " + Json.show(axis));
    }
    Object storedName = tensor.get("stored_name");
    return new Entry(
        rank,
        name,
        storedName == null ? name : text(storedName, "stored_name"),
        text(tensor.get("dtype"), "dtype"),
        cut.isEmpty() ? shape : numbers(tensor.get("stored_shape"), "stored_shape"),
        shape,
        cut);
  }

  private static List<Cut.Piece> pieces(@Nullable Object value) {
    List<Cut.Piece> pieces = new ArrayList<>();
    for (Object element : list(value, "pieces")) {
      List<Long> ends = numbers(element, "pieces");
      if (ends.size() != 2) {
        throw bad("a piece is " + Json.show(element) + ", not [from, to]");
      }
      pieces.add(new Cut.Piece(ends.get(0), ends.get(1)));
    }
    return pieces;
  }

  private static List<Long> numbers(@Nullable Object value, String field) {
    List<Long> numbers = new ArrayList<>();
    for (Object element : list(value, field)) {
      if (!(element instanceof Integer || element instanceof Long)
          || ((Number) element).longValue() < 0) {
        throw bad("\"" + field + "\" has " + Json.show(element));
      }
      numbers.add(((Number) element).longValue());
    }
    return List.copyOf(numbers);
  }

  private static List<?> list(@Nullable Object value, String field) {
    if (value instanceof List<?> list) {
      return list;
    }
    throw bad("\"" + field + "\" must be a list, not " + Json.show(value));
  }

  private static String text(@Nullable Object value, String field) {
    if (value instanceof String text) {
      return text;
    }
    throw bad("\"" + field + "\" must be a string, not " + Json.show(value));
  }

  private static BadInputException bad(String reason) {
    return new BadInputException("this is no plan of a split: " + reason);
  }
}
