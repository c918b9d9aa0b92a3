package io.modelsplitter.query;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns the wire form of a filter into {@link Filter}, and refuses what it does not know. */
final class FilterParser {

  private FilterParser() {}

  static Filter parse(Map<?, ?> filter) {
    List<Filter> parts = new ArrayList<>();
    for (Map.Entry<?, ?> entry : filter.entrySet()) {
      String key = (String) entry.getKey();
      if (key.equals("$and")) {
        parts.add(and(entry.getValue()));
      } else if (key.startsWith("$")) {
        throw unknown(key, "at the top of the filter");
      } else {
        condition(key, entry.getValue(), parts);
      }
    }
    return parts.size() == 1 ? parts.get(0) : new Filter.And(parts);
  }

  private static Filter and(@Nullable Object clauses) {
    if (!(clauses instanceof List<?> list) || list.isEmpty()) {
      throw new BadInputException("$and needs a list of at least one filter");
    }
    List<Filter> parts = new ArrayList<>();
    for (Object clause : list) {
      if (!(clause instanceof Map<?, ?> map)) {
        throw new BadInputException("$and holds " + Json.show(clause) + ", which is not a filter");
      }
      parts.add(parse(map));
    }
    return new Filter.And(parts);
  }

  private static void condition(String path, @Nullable Object value, List<Filter> parts) {
    if (!(value instanceof Map<?, ?> map) || !startsWithOperator(map)) {
      parts.add(new Filter.Eq(path, value));
      return;
    }
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      String operator = (String) entry.getKey();
      switch (operator) {
        case "$eq" -> parts.add(new Filter.Eq(path, entry.getValue()));
        case "$in" -> parts.add(in(path, entry.getValue()));
        default -> throw unknown(operator, "at \"" + path + "\"");
      }
    }
  }

  private static Filter in(String path, @Nullable Object values) {
    if (!(values instanceof List<?> list)) {
      throw new BadInputException("$in at \"" + path + "\" needs a list, not " + Json.show(values));
    }
    for (Object value : list) {
      if (value instanceof Map<?, ?> map && startsWithOperator(map)) {
        throw new BadInputException(
            "$in at \"" + path + "\" holds the operator " + map.keySet().iterator().next());
      }
    }
    return new Filter.In(path, new ArrayList<>(list));
  }

  /** On the wire a path that begins with {@code $} would be an operator. */
  static void checkPath(String path) {
    if (path.startsWith("$")) {
      throw new BadInputException("a path cannot begin with $, as " + Json.show(path) + " does");
    }
  }

  private static boolean startsWithOperator(Map<?, ?> map) {
    return !map.isEmpty() && ((String) map.keySet().iterator().next()).startsWith("$");
  }

  private static BadInputException unknown(String operator, String place) {
    return new BadInputException(
        "operator " + operator + " " + place + " is not supported; use $eq, $in or $and");
  }
}
