package io.modelsplitter.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import io.modelsplitter.error.BadInputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes JSON as plain values: {@code Map<String, Object>} in the order of the text,
 * {@code List<Object>}, {@code String}, {@code Boolean}, {@code Integer}, {@code Long}, {@code
 * Double} and null.
 *
 * <p>A number without fraction or exponent is an {@code Integer} when it fits 32 bits, else a
 * {@code Long}; beyond 64 bits it is refused. Any other number is a {@code Double}. Duplicate keys,
 * trailing text, numbers that no double can hold and nesting deeper than {@link #MAX_DEPTH} are
 * refused too. Values that were read are unmodifiable.
 *
 * <p>The text written is ASCII: every other character is escaped, so it passes through any database
 * or terminal, a lone surrogate and U+0000 included. Thread-safe.
 */
public final class Json {

  /** How deep objects and lists may be nested in what is kept. */
  public static final int MAX_DEPTH = 200;

  /** What an answer may put around it. */
  private static final int ENVELOPE = 8;

  static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
          .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH + ENVELOPE)
                  .maxStringLength(64 << 20)
                  .maxNumberLength(1_000)
                  .build())
          .streamWriteConstraints(
              StreamWriteConstraints.builder().maxNestingDepth(MAX_DEPTH + ENVELOPE).build())
          .build();

  /** For text that was written here, which names nothing twice. */
  private static final JsonFactory OWN =
      FACTORY.rebuild().disable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private static final JsonFactory FILES =
      FACTORY.rebuild().disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW).build();

  private Json() {}

  /**
   * Reads one JSON object.
   *
   * @param what the name of the text for error messages, such as {@code "TASK_DATA"}
   * @param text the text
   * @return its fields in their order; unmodifiable
   * @throws BadInputException when the text is not exactly one JSON object
   */
  public static Map<String, Object> parseObject(String what, String text) {
    return object(what, parse(what, text));
  }

  /**
   * As {@link #parseObject(String, String)}, from UTF-8 bytes.
   *
   * @param what the name of the text for error messages
   * @param text the text in UTF-8
   * @return its fields in their order; unmodifiable
   */
  public static Map<String, Object> parseObject(String what, byte[] text) {
    return object(what, parse(what, text));
  }

  /**
   * As {@link #parseObject(String, byte[])}, of a file that may name a hundred thousand things.
   * Elsewhere so many names can be taken for an attack on the parser's table of names, by chance:
   * of names as tensors have, once in sixty times.
   *
   * @param what the name of the text for error messages
   * @param text the text in UTF-8
   * @return its fields in their order; unmodifiable
   */
  public static Map<String, Object> parseFile(String what, byte[] text) {
    return object(what, read(what, () -> FILES.createParser(text), JsonValues::read));
  }

  /**
   * As {@link #parseObject(String, byte[])}, but only these fields are kept: of a text with others
   * that may be more than fits the memory. The stream stays open.
   *
   * @param what the name of the text for error messages
   * @param in UTF-8 text
   * @param fields the names of those to keep
   * @return those of the fields that are there
   */
  public static Map<String, Object> parseFields(String what, InputStream in, Set<String> fields) {
    return object(
        what,
        read(
            what,
            () -> FACTORY.createParser(in),
            (name, parser) -> JsonValues.readFields(name, parser, fields)));
  }

  /**
   * Reads one JSON value of any kind.
   *
   * @param what the name of the text for error messages
   * @param text exactly one JSON value
   * @return the value; null for {@code null}
   * @throws BadInputException when the text is not exactly one JSON value
   */
  public static @Nullable Object parse(String what, String text) {
    return read(what, () -> FACTORY.createParser(text), JsonValues::read);
  }

  /**
   * As {@link #parse(String, String)}, from UTF-8 bytes.
   *
   * @param what the name of the text for error messages
   * @param text the text in UTF-8
   * @return the value; null for {@code null}
   */
  public static @Nullable Object parse(String what, byte[] text) {
    return read(what, () -> FACTORY.createParser(text), JsonValues::read);
  }

  /**
   * As {@link #parse(String, String)}, of text that {@link #write} made, and quicker.
   *
   * @param what the name of the text for error messages
   * @param text the text
   * @return the value; null for {@code null}
   */
  public static @Nullable Object parseWritten(String what, String text) {
    return read(what, () -> OWN.createParser(text), JsonValues::read);
  }

  /**
   * As {@link #parseWritten}, but of objects only the fields along a path are kept, in every
   * element of a list, until the path ends: what a dotted path needs, and quicker. A path with a
   * number keeps everything, since the number may be an index.
   *
   * @param what the name of the text for error messages
   * @param text exactly one JSON value
   * @param path the components of the path
   * @param from the component that names the fields of the outermost objects
   * @return what was kept of the value
   */
  public static @Nullable Object parseAlong(String what, String text, String[] path, int from) {
    for (int i = from; i < path.length; i++) {
      if (path[i].isEmpty() || Character.isDigit(path[i].charAt(0))) {
        return parseWritten(what, text);
      }
    }
    return read(
        what,
        () -> OWN.createParser(text),
        (name, parser) -> JsonValues.readAlong(name, parser, path, from));
  }

  /**
   * {@return a deep, unmodifiable copy in the form that reading the JSON of the value would give}
   *
   * @param what the name of the value for error messages
   * @param value what to copy
   * @throws BadInputException when the value holds something that JSON cannot
   */
  public static Map<String, Object> copyOf(String what, Map<String, ?> value) {
    return JsonValues.copyObject(what, value, 0);
  }

  /**
   * As {@link #copyOf(String, Map)}, for an object that lies below so many levels of another.
   *
   * @param what the name of the text for error messages
   * @param value what to copy
   * @param above how many levels lie above it; they count to the greatest depth
   * @return the copy
   */
  public static Map<String, Object> copyOf(String what, Map<String, ?> value, int above) {
    return JsonValues.copyObject(what, value, above);
  }

  /**
   * As {@link #copyOf(String, Map)}, for a value of any kind.
   *
   * @param what the name of the text for error messages
   * @param value a plain value as JSON has it: null, text, number, truth value, list or map
   * @return the copy
   */
  public static @Nullable Object copyOfValue(String what, @Nullable Object value) {
    return JsonValues.copy(what, value, 0);
  }

  /**
   * A value as an object of a class, by Jackson's rules: a record's components by their names or
   * {@code @JsonProperty}; a field that the class does not have is refused, and so is a missing one
   * of a primitive type.
   *
   * @param <T> what to make
   * @param what the name of the text for error messages
   * @param value the fields
   * @param type the class to make an object of
   * @return the object
   * @throws BadInputException names the field that does not fit
   */
  public static <T> T convert(String what, Map<String, ?> value, Class<T> type) {
    return JsonObjects.convert(what, value, type);
  }

  /**
   * {@return the value as JSON text}
   *
   * @param value a plain value as JSON has it: null, text, number, truth value, list or map
   */
  public static String write(@Nullable Object value) {
    return new String(writeBytes(value), StandardCharsets.US_ASCII);
  }

  /**
   * {@return the value as JSON text in ASCII}
   *
   * @param value a plain value as JSON has it: null, text, number, truth value, list or map
   */
  public static byte[] writeBytes(@Nullable Object value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(512);
    try {
      write(value, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail to take bytes
    }
    return out.toByteArray();
  }

  /**
   * Writes the value as JSON text and flushes; the stream stays open.
   *
   * @param value a plain value as JSON has it: null, text, number, truth value, list or map
   * @param out where to; UTF-8
   * @throws IOException when the stream cannot be written
   */
  public static void write(@Nullable Object value, OutputStream out) throws IOException {
    try (JsonGenerator generator = FACTORY.createGenerator(out)) {
      JsonValues.write(generator, JsonValues.copy("value", value, -ENVELOPE));
    }
  }

  /**
   * Reads the list {@code data} of a {@code {"data": […]}} answer element by element.
   *
   * @param what the name of the text for error messages
   * @param in UTF-8 text
   * @return the elements, read as they are asked for
   */
  public static JsonElements elements(String what, InputStream in) {
    return new JsonElements(what, false, in);
  }

  /**
   * As {@link #elements}, where the answer is the list itself.
   *
   * @param what the name of the text for error messages
   * @param in UTF-8 text
   * @return the elements, read as they are asked for
   */
  public static JsonElements bareElements(String what, InputStream in) {
    return new JsonElements(what, true, in);
  }

  /**
   * {@return the value as JSON for an error message: ASCII, and cut after 80 characters}
   *
   * @param value a plain value as JSON has it: null, text, number, truth value, list or map
   */
  public static String show(@Nullable Object value) {
    String text = write(value);
    return text.length() <= 80 ? text : text.substring(0, 77) + "...";
  }

  private interface Source {
    JsonParser open() throws IOException;
  }

  private interface Values {
    @Nullable Object read(String what, JsonParser parser) throws IOException;
  }

  private static @Nullable Object read(String what, Source source, Values values) {
    try (JsonParser parser = source.open()) {
      if (parser.nextToken() == null) {
        throw new BadInputException(what + " is empty; it must be JSON");
      }
      Object value = values.read(what, parser);
      if (parser.nextToken() != null) {
        throw new BadInputException(what + " has text after the JSON value");
      }
      return value;
    } catch (JsonProcessingException e) {
      throw malformed(what, e);
    } catch (IOException e) {
      throw new BadInputException(what + " is not JSON: " + e.getMessage(), e);
    }
  }

  static BadInputException malformed(String what, JsonProcessingException e) {
    var at = e.getLocation();
    String place = at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
    String reason =
        e instanceof JsonEOFException
            ? "it ends too early"
            : e instanceof StreamConstraintsException
                ? "it is nested too deep, or has too long a name, text or number"
                : String.valueOf(e.getOriginalMessage())
                    .replaceAll("\\s*\\([^()]*\\)", "")
                    .replaceFirst("token '.*'", "token"); // a secret without its quotes
    return new BadInputException(what + " is not valid JSON" + place + ": " + reason, e);
  }

  @SuppressWarnings("unchecked") // JsonValues.read makes no other map
  private static Map<String, Object> object(String what, @Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      return (Map<String, Object>) map;
    }
    throw new BadInputException(what + " must be a JSON object, not " + show(value));
  }
}
