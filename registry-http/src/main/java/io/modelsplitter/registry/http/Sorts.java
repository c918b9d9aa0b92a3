package io.modelsplitter.registry.http;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import io.modelsplitter.registry.Query;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The two forms of an order: {@code field,-field}, and {@code {"field": 1, "field": -1}}, which is
 * Mongo's and can name every path, also one with a comma.
 */
final class Sorts {

  private Sorts() {}

  /** Either form, as text. */
  static List<Query.Sort> parse(String text) {
    if (text.startsWith("{")) {
      return of("sort", Json.parseObject("sort", text));
    }
    List<Query.Sort> sort = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      boolean descending = part.startsWith("-");
      String field = descending ? part.substring(1) : part;
      if (field.isBlank()) {
        throw new BadInputException(
            "sort must be field,-field,… or {\"field\": -1}, not " + Json.show(text));
      }
      sort.add(new Query.Sort(field, descending));
    }
    return sort;
  }

  /** The second form, parsed. */
  static List<Query.Sort> of(String name, Map<String, Object> directions) {
    List<Query.Sort> sort = new ArrayList<>();
    directions.forEach((field, direction) -> sort.add(by(name, field, direction)));
    return sort;
  }

  private static Query.Sort by(String name, String field, @Nullable Object direction) {
    if (direction instanceof Number number && Math.abs(number.doubleValue()) == 1) {
      return new Query.Sort(field, number.doubleValue() < 0);
    }
    throw new BadInputException(
        "%s must have 1 or -1 for %s, not %s"
            .formatted(name, Json.show(field), Json.show(direction)));
  }
}
