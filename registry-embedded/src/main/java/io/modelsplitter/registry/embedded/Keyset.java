package io.modelsplitter.registry.embedded;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An order of rows that ends with the primary key, and the places in it. A place is the keys of the
 * last row that was seen, so it stays right while other rows come and go.
 */
final class Keyset {

  /** One column of the order. */
  record Key(String column, ColumnType type, boolean descending) {}

  private final List<Key> keys;
  private final Dialect dialect;

  Keyset(List<Key> keys, Dialect dialect) {
    this.keys = List.copyOf(keys);
    this.dialect = dialect;
  }

  /** The {@code ORDER BY} list. */
  String orderBy() {
    List<String> parts = new ArrayList<>();
    for (Key key : keys) {
      parts.add(ordered(key, key.column()) + (key.descending() ? " DESC" : " ASC"));
    }
    return String.join(", ", parts);
  }

  /** The condition for the rows after a place, whose values are bound as {@code after0…}. */
  String afterClause() {
    List<String> alternatives = new ArrayList<>();
    StringBuilder equal = new StringBuilder();
    for (int i = 0; i < keys.size(); i++) {
      Key key = keys.get(i);
      String parameter = ordered(key, ":after" + i);
      String compare = ordered(key, key.column()) + (key.descending() ? " < " : " > ") + parameter;
      alternatives.add("(" + equal + compare + ")");
      equal.append(key.column()).append(" = :after").append(i).append(" AND ");
    }
    return "(" + String.join(" OR ", alternatives) + ")";
  }

  /** The place of a row as text that a client hands back. */
  String cursor(List<Object> values) {
    Map<String, Object> place = new LinkedHashMap<>();
    place.put("by", signature());
    place.put("at", values);
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(Json.write(place).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The values of a cursor, to bind.
   *
   * @throws BadInputException when it is not a cursor of this order
   */
  Map<String, Object> bindings(String cursor) {
    List<?> values = values(cursor);
    if (values == null || values.size() != keys.size()) {
      throw notOurs(cursor);
    }
    for (int i = 0; i < keys.size(); i++) {
      if (!isOf(keys.get(i).type(), values.get(i))) {
        throw notOurs(cursor);
      }
    }
    return bindings(values);
  }

  /** The values of a place, to bind. */
  Map<String, Object> bindings(List<?> values) {
    Map<String, Object> bindings = new LinkedHashMap<>();
    for (int i = 0; i < keys.size(); i++) {
      bindings.put("after" + i, values.get(i));
    }
    return bindings;
  }

  private static BadInputException notOurs(String cursor) {
    return new BadInputException("after is not a cursor of this query: " + Json.show(cursor));
  }

  private static boolean isOf(ColumnType type, @Nullable Object value) {
    return switch (type) {
      case TEXT -> value instanceof String text && ColumnFilter.isStorable(text);
      case INTEGER -> value instanceof Integer || value instanceof Long;
    };
  }

  private @Nullable List<?> values(String cursor) {
    try {
      byte[] text = Base64.getUrlDecoder().decode(cursor);
      Map<String, Object> place = Json.parseObject("after", text);
      return signature().equals(place.get("by")) && place.get("at") instanceof List<?> values
          ? values
          : null;
    } catch (IllegalArgumentException | BadInputException e) {
      return null;
    }
  }

  /** The order as a client names it. */
  private String signature() {
    return keys.stream()
        .map(key -> (key.descending() ? "-" : "") + key.column())
        .collect(Collectors.joining(","));
  }

  private String ordered(Key key, String expression) {
    return key.type() == ColumnType.TEXT ? dialect.ordered(expression) : expression;
  }
}
