package io.modelsplitter.registry.embedded;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import io.modelsplitter.registry.Query;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An order of documents as MongoDB has it: by the least of the values that a path reaches, or by
 * the greatest in a descending order; what is not there is null, an empty list comes before it.
 * Ties go by the order in which documents came, in the direction of the first key.
 *
 * @param by the keys; none for the order in which documents came
 */
record SortOrder(List<Query.Sort> by) {
  /** A cursor has a value of each key, and must fit into a header. */
  static final int MAX_KEYS = 8;

  private static final int MAX_PATH = 1_000;

  /**
   * Checks the keys.
   *
   * @throws BadInputException names the key that is wrong
   */
  SortOrder {
    by = List.copyOf(by);
    if (by.size() > MAX_KEYS) {
      throw new BadInputException(
          "sort has %d keys; at most %d are taken".formatted(by.size(), MAX_KEYS));
    }
    Set<String> seen = new HashSet<>();
    for (Query.Sort key : by) {
      String field = key.field();
      if (field.isEmpty() || field.startsWith("$") || field.length() > MAX_PATH) {
        throw new BadInputException("cannot sort by " + Json.show(field) + "; name a path");
      }
      if (!seen.add(field)) {
        throw new BadInputException("sort names " + Json.show(field) + " twice");
      }
    }
  }

  boolean isEmpty() {
    return by.isEmpty();
  }

  /** Whether ties go by the last come first. */
  boolean isDescending() {
    return !by.isEmpty() && by.get(0).descending();
  }

  /** The place of a document. */
  Place place(long number, Map<String, ?> document) {
    List<byte[]> keys = new ArrayList<>();
    by.forEach(key -> keys.add(SortValues.key(document, key)));
    return new Place(keys, number);
  }

  /** Compares places. */
  Comparator<Place> comparator() {
    return (a, b) -> {
      for (int i = 0; i < by.size(); i++) {
        int order = Arrays.compareUnsigned(a.keys().get(i), b.keys().get(i));
        if (order != 0) {
          return by.get(i).descending() ? -order : order;
        }
      }
      int order = Long.compare(a.number(), b.number());
      return isDescending() ? -order : order;
    };
  }

  /** The place as text that a client hands back. */
  String cursor(Place place) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("by", signature());
    map.put("number", place.number());
    map.put("keys", place.keys().stream().map(Base64.getEncoder()::encodeToString).toList());
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(Json.write(map).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The place of a cursor.
   *
   * @throws BadInputException when it is not a cursor of this order
   */
  @Nullable Place place(@Nullable String cursor) {
    if (cursor == null) {
      return null;
    }
    Place place = read(cursor);
    if (place == null) {
      throw new BadInputException("after is not a cursor of this query: " + Json.show(cursor));
    }
    return place;
  }

  private @Nullable Place read(String cursor) {
    try {
      byte[] text = Base64.getUrlDecoder().decode(cursor);
      Map<String, Object> map = Json.parseObject("after", text);
      if (!signature().equals(map.get("by"))
          || !(map.get("number") instanceof Number number)
          || number instanceof Double
          || !(map.get("keys") instanceof List<?> list)
          || list.size() != by.size()) {
        return null;
      }
      List<byte[]> keys = new ArrayList<>();
      for (Object key : list) {
        byte[] bytes = key instanceof String it ? Base64.getDecoder().decode(it) : new byte[0];
        if (bytes.length == 0 || bytes.length > ValueKey.MAX_BYTES) {
          return null;
        }
        keys.add(bytes);
      }
      return new Place(keys, number.longValue());
    } catch (IllegalArgumentException | BadInputException e) {
      return null;
    }
  }

  /** The order as a client names it. */
  private String signature() {
    return by.stream()
        .map(key -> (key.descending() ? "-" : "") + key.field())
        .collect(Collectors.joining(","));
  }
}
