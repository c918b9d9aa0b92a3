package io.modelsplitter.query;

import io.modelsplitter.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A question to a registry, with MongoDB's meaning. Immutable and thread-safe.
 *
 * <pre>{@code
 * Filter filter = Filter.eq("model_asset_id", "gpt2-base").and(Filter.in("model_layer_rank", 0, 1));
 * Filter same = Filter.parse(Map.of(
 *     "model_asset_id", "gpt2-base", "model_layer_rank", Map.of("$in", List.of(0, 1))));
 * }</pre>
 *
 * <p>A path is dotted ({@code model_layer_metadata.precision}); it walks into the elements of a
 * list, a number is an index and a key at once, and a missing value equals null. Known operators
 * are {@code $eq}, {@code $in} and {@code $and}; any other is refused by name.
 */
public sealed interface Filter {

  /** Every one of the filters holds; with none, every document matches. */
  record And(List<Filter> filters) implements Filter {
    /** Copies the list. */
    public And {
      filters = List.copyOf(filters);
    }
  }

  /** The value at the path, or an element of the list there, equals the value. */
  record Eq(String path, @Nullable Object value) implements Filter {
    /** Checks the path and copies the value. */
    public Eq {
      FilterParser.checkPath(path);
      value = Json.copyOfValue(path, value);
    }
  }

  /** As {@link Eq} for at least one of the values; with none, no document matches. */
  record In(String path, List<Object> values) implements Filter {
    /** Checks the path and copies the values. */
    @SuppressWarnings("unchecked") // the copy of a list is a list
    public In {
      FilterParser.checkPath(path);
      values = (List<Object>) Objects.requireNonNull(Json.copyOfValue(path, values));
    }
  }

  /** Matches every document. */
  static Filter all() {
    return new And(List.of());
  }

  /** The value at the path equals the value; null also means that there is none. */
  static Filter eq(String path, @Nullable Object value) {
    return new Eq(path, value);
  }

  /** The value at the path equals one of the values. */
  static Filter in(String path, Object... values) {
    return new In(path, List.of(values));
  }

  /**
   * Reads a filter as it comes over the wire.
   *
   * @throws io.modelsplitter.error.BadInputException names the operator or the path that is wrong
   */
  static Filter parse(Map<String, ?> filter) {
    return FilterParser.parse(Json.copyOf("filter", filter));
  }

  /** Both this filter and the other one hold. */
  default Filter and(Filter other) {
    List<Filter> both = new ArrayList<>(conjuncts());
    both.addAll(other.conjuncts());
    return new And(both);
  }

  /** The filters that must all hold, flattened: no element is an {@link And}. */
  default List<Filter> conjuncts() {
    if (this instanceof And and) {
      return and.filters().stream().flatMap(filter -> filter.conjuncts().stream()).toList();
    }
    return List.of(this);
  }

  /** Whether the document, a tree of plain values as {@link Json} reads them, matches. */
  default boolean matches(Map<String, Object> document) {
    if (this instanceof Eq eq) {
      return Paths.anyMatch(document, eq.path(), value -> Values.equal(value, eq.value()));
    }
    if (this instanceof In in) {
      return Paths.anyMatch(
          document,
          in.path(),
          value -> in.values().stream().anyMatch(wanted -> Values.equal(value, wanted)));
    }
    return conjuncts().stream().allMatch(filter -> filter.matches(document));
  }

  /** The same filter with each path replaced, as for another name of a field. */
  default Filter mapPaths(UnaryOperator<String> rename) {
    if (this instanceof Eq eq) {
      return new Eq(rename.apply(eq.path()), eq.value());
    }
    if (this instanceof In in) {
      return new In(rename.apply(in.path()), in.values());
    }
    return new And(conjuncts().stream().map(filter -> filter.mapPaths(rename)).toList());
  }

  /** The filter as it goes over the wire; {@link #parse} reads it back. */
  default Map<String, Object> toMap() {
    if (this instanceof Eq eq) {
      Map<String, Object> operator = new LinkedHashMap<>();
      operator.put("$eq", eq.value());
      return Map.of(eq.path(), operator);
    }
    if (this instanceof In in) {
      return Map.of(in.path(), Map.of("$in", in.values()));
    }
    List<Filter> all = conjuncts();
    return all.isEmpty() ? Map.of() : Map.of("$and", all.stream().map(Filter::toMap).toList());
  }
}
