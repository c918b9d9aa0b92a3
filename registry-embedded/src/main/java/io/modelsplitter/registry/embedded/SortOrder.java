package io.modelsplitter.registry.embedded;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import io.modelsplitter.registry.Query;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
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
  static final int MAX_KEYS = 6;

  private static final int SIGNATURE = 8;

  private static final int MAX_PATHS = 500;

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
    int length = by.stream().mapToInt(key -> key.field().length()).sum();
    if (length > MAX_PATHS) {
      throw new BadInputException(
          "the paths of sort have %d characters; at most %d are taken"
              .formatted(length, MAX_PATHS));
    }
    for (Query.Sort key : by) {
      String field = key.field();
      if (field.isEmpty() || field.startsWith("$")) {
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

  /** The place of each row that it is given. */
  Function<Row<?>, Place> places() {
    List<String[]> paths = by.stream().map(key -> key.field().split("\\.", -1)).toList();
    return row -> {
      List<byte[]> keys = new ArrayList<>(paths.size());
      for (int i = 0; i < paths.size(); i++) {
        String[] path = paths.get(i);
        keys.add(SortValues.key(row.along(path), path, by.get(i).descending()));
      }
      return new Place(keys, row.number());
    };
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
    ByteBuffer bytes =
        ByteBuffer.allocate(SIGNATURE + Long.BYTES + by.size() * (2 + ValueKey.MAX_BYTES));
    bytes.put(signature()).putLong(place.number());
    place.keys().forEach(key -> bytes.putShort((short) key.length).put(key));
    byte[] used = Arrays.copyOf(bytes.array(), bytes.position());
    return Base64.getUrlEncoder().withoutPadding().encodeToString(used);
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
      ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(cursor));
      byte[] signature = new byte[SIGNATURE];
      bytes.get(signature);
      if (!Arrays.equals(signature, signature())) {
        return null;
      }
      long number = bytes.getLong();
      List<byte[]> keys = new ArrayList<>();
      for (int i = 0; i < by.size(); i++) {
        int length = bytes.getShort();
        if (length < 1 || length > ValueKey.MAX_BYTES) {
          return null;
        }
        byte[] key = new byte[length];
        bytes.get(key);
        keys.add(key);
      }
      return bytes.hasRemaining() ? null : new Place(keys, number);
    } catch (IllegalArgumentException | BufferUnderflowException e) {
      return null;
    }
  }

  /** Tells one order from another. */
  private byte[] signature() {
    String order =
        by.stream()
            .map(key -> (key.descending() ? "-" : "+") + key.field())
            .collect(Collectors.joining(","));
    return Arrays.copyOf(Digests.sha256().digest(ValueKey.utf8(order)), SIGNATURE);
  }
}
