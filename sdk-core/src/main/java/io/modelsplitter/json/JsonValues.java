package io.modelsplitter.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.modelsplitter.error.BadInputException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.NullUnmarked;

/** Between Jackson's tokens and plain values. JSON's null is Java's, so this class is unmarked. */
@NullUnmarked
final class JsonValues {

  private JsonValues() {}

  /** The value that starts at the parser's current token. Depth is bounded by the parser. */
  static Object read(String what, JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        Map<String, Object> object = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String key = parser.currentName();
          parser.nextToken();
          object.put(key, read(what, parser));
        }
        yield new JsonMap(object);
      }
      case START_ARRAY -> {
        List<Object> list = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          list.add(read(what, parser));
        }
        yield new JsonList(list);
      }
      case VALUE_NUMBER_INT -> integer(what, parser);
      case VALUE_NUMBER_FLOAT -> finite(what, parser.getDoubleValue(), parser.getText());
      case VALUE_STRING -> parser.getText();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> throw new BadInputException(what + " is not JSON");
    };
  }

  /**
   * As {@link #read}, but of objects only the fields along a path are kept, in every element of a
   * list, until the path ends.
   */
  static Object readAlong(String what, JsonParser parser, String[] path, int at)
      throws IOException {
    if (at == path.length || !parser.currentToken().isStructStart()) {
      return read(what, parser);
    }
    if (parser.currentToken() == JsonToken.START_ARRAY) {
      List<Object> list = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        list.add(readAlong(what, parser, path, at));
      }
      return list;
    }
    Map<String, Object> object = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      parser.nextToken();
      if (key.equals(path[at])) {
        object.put(key, readAlong(what, parser, path, at + 1));
      } else {
        parser.skipChildren();
      }
    }
    return object;
  }

  /** As {@link #read}, but of an object only these fields are kept. */
  static Object readFields(String what, JsonParser parser, Set<String> fields) throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      return read(what, parser);
    }
    Map<String, Object> object = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      parser.nextToken();
      if (fields.contains(key)) {
        object.put(key, read(what, parser));
      } else {
        parser.skipChildren();
      }
    }
    return Collections.unmodifiableMap(object);
  }

  private static Object integer(String what, JsonParser parser) throws IOException {
    return switch (parser.getNumberType()) {
      case INT -> parser.getIntValue();
      case LONG -> parser.getLongValue();
      default ->
          throw new BadInputException(
              what + " has the number " + cut(parser.getText()) + ", which does not fit 64 bits");
    };
  }

  private static Double finite(String what, double value, String text) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      throw new BadInputException(
          what + " has the number " + cut(text) + ", which a double cannot hold");
    }
    return value;
  }

  private static String cut(String text) {
    return text.length() <= 40 ? text : text.substring(0, 37) + "...";
  }

  static Object copy(String what, Object value, int depth) {
    if (value == null || value instanceof String || value instanceof Boolean) {
      return value;
    }
    if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
      return ((Number) value).intValue();
    }
    if (value instanceof Long number) {
      return number == number.intValue() ? (Object) number.intValue() : number;
    }
    if (value instanceof Double || value instanceof Float) {
      return finite(what, ((Number) value).doubleValue(), String.valueOf(value));
    }
    if (value instanceof Map<?, ?> map) {
      return copyObject(what, map, depth);
    }
    if (value instanceof List<?> list) {
      checkDepth(what, depth + Math.max(0, JsonMap.height(list) - 1));
      if (list instanceof JsonList) {
        return list;
      }
      List<Object> copy = new ArrayList<>(list.size());
      for (Object element : list) {
        copy.add(copy(what, element, depth + 1));
      }
      return new JsonList(copy);
    }
    throw new BadInputException(
        what + " holds a " + value.getClass().getName() + ", which JSON cannot hold");
  }

  static Map<String, Object> copyObject(String what, Map<?, ?> map, int depth) {
    checkDepth(what, depth + Math.max(0, JsonMap.height(map) - 1));
    if (map instanceof JsonMap copied) {
      return copied;
    }
    Map<String, Object> copy = new LinkedHashMap<>();
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      if (!(entry.getKey() instanceof String key)) {
        throw new BadInputException(what + " has the key " + entry.getKey() + ", not a string");
      }
      copy.put(key, copy(what, entry.getValue(), depth + 1));
    }
    return new JsonMap(copy);
  }

  private static void checkDepth(String what, int depth) {
    if (depth >= Json.MAX_DEPTH) {
      throw new BadInputException(what + " is nested deeper than " + Json.MAX_DEPTH + " levels");
    }
  }

  /** Writes a value that {@link #copy} made. */
  static void write(JsonGenerator out, Object value) throws IOException {
    if (value == null) {
      out.writeNull();
    } else if (value instanceof String text) {
      out.writeString(text);
    } else if (value instanceof Boolean flag) {
      out.writeBoolean(flag);
    } else if (value instanceof Integer number) {
      out.writeNumber(number);
    } else if (value instanceof Long number) {
      out.writeNumber(number);
    } else if (value instanceof Double number) {
      out.writeNumber(number);
    } else if (value instanceof List<?> list) {
      out.writeStartArray();
      for (Object element : list) {
        write(out, element);
      }
      out.writeEndArray();
    } else if (value instanceof Map<?, ?> map) {
      out.writeStartObject();
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        out.writeFieldName((String) entry.getKey());
        write(out, entry.getValue());
      }
      out.writeEndObject();
    } else {
      throw new IllegalStateException("not a copied value: " + value.getClass());
    }
  }
}
