package io.modelsplitter.query;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
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
 * list, a number is an index and a key at once, and a missing value equals null.
 *
 * <p>Operators: implicit equality, {@code $eq $ne $gt $gte $lt $lte $in $nin $and $or $nor $not
 * $exists $type $size $all $elemMatch $regex $options $mod}. Any other is refused by name.
 */
public sealed interface Filter {

  /** The longest path, in characters. */
  int MAX_PATH = 4_096;

  /** Every one of the filters holds; with none, every document matches. */
  record And(List<Filter> filters) implements Filter {
    /**
     * Copies the list.
     *
     * @param filters see {@link #filters}
     */
    public And {
      filters = List.copyOf(filters);
    }
  }

  /** At least one of the filters holds; with none, no document matches. */
  record Or(List<Filter> filters) implements Filter {
    /**
     * Copies the list.
     *
     * @param filters see {@link #filters}
     */
    public Or {
      filters = List.copyOf(filters);
    }
  }

  /** None of the filters holds. */
  record Nor(List<Filter> filters) implements Filter {
    /**
     * Copies the list.
     *
     * @param filters see {@link #filters}
     */
    public Nor {
      filters = List.copyOf(filters);
    }
  }

  /** What is at the path meets the condition. */
  record Field(String path, Condition condition) implements Filter {
    /**
     * Checks the path: on the wire one that begins with {@code $} would be an operator.
     *
     * @param path see {@link #path}
     * @param condition see {@link #condition}
     */
    public Field {
      if (path.startsWith("$")) {
        throw new BadInputException("a path cannot begin with $, as " + Json.show(path) + " does");
      }
      if (path.length() > MAX_PATH) {
        throw new BadInputException(
            "a path of the filter has %d characters; at most %d are taken"
                .formatted(path.length(), MAX_PATH));
      }
    }
  }

  /**
   * Matches every document.
   *
   * @return the filter
   */
  static Filter all() {
    return new And(List.of());
  }

  /**
   * The value at the path equals the value; null also means that there is none.
   *
   * @param path a dotted path, such as {@code model_layer_metadata.precision}
   * @param value a plain value as JSON has it: null, text, number, truth value, list or map
   * @return the filter
   */
  static Filter eq(String path, @Nullable Object value) {
    return new Field(path, new Condition.Equal(value));
  }

  /**
   * The value at the path does not equal the value, nor does an element of the list there.
   *
   * @param path a dotted path, such as {@code model_layer_metadata.precision}
   * @param value a plain value as JSON has it: null, text, number, truth value, list or map
   * @return the filter
   */
  static Filter ne(String path, @Nullable Object value) {
    return new Field(path, new Condition.Not(List.of(new Condition.Equal(value))));
  }

  /**
   * The value at the path is greater than the value, and of its kind.
   *
   * @param path a dotted path, such as {@code model_layer_metadata.precision}
   * @param value a plain value as JSON has it: null, text, number, truth value, list or map
   * @return the filter
   */
  static Filter gt(String path, @Nullable Object value) {
    return new Field(path, new Condition.Compare(Condition.Order.GREATER, value));
  }

  /**
   * The value at the path is greater than the value or equals it, and is of its kind.
   *
   * @param path a dotted path, such as {@code model_layer_metadata.precision}
   * @param value a plain value as JSON has it: null, text, number, truth value, list or map
   * @return the filter
   */
  static Filter gte(String path, @Nullable Object value) {
    return new Field(path, new Condition.Compare(Condition.Order.GREATER_OR_EQUAL, value));
  }

  /**
   * The value at the path is less than the value, and of its kind.
   *
   * @param path a dotted path, such as {@code model_layer_metadata.precision}
   * @param value a plain value as JSON has it: null, text, number, truth value, list or map
   * @return the filter
   */
  static Filter lt(String path, @Nullable Object value) {
    return new Field(path, new Condition.Compare(Condition.Order.LESS, value));
  }

  /**
   * The value at the path is less than the value or equals it, and is of its kind.
   *
   * @param path a dotted path, such as {@code model_layer_metadata.precision}
   * @param value a plain value as JSON has it: null, text, number, truth value, list or map
   * @return the filter
   */
  static Filter lte(String path, @Nullable Object value) {
    return new Field(path, new Condition.Compare(Condition.Order.LESS_OR_EQUAL, value));
  }

  /**
   * The value at the path equals one of the values.
   *
   * @param path a dotted path, such as {@code model_layer_metadata.precision}
   * @param values at least one must be equal; one may be null
   * @return the filter
   */
  static Filter in(String path, Object... values) {
    return new Field(path, new Condition.In(Arrays.asList(values)));
  }

  /**
   * There is a value at the path, be it null; or, with false, there is none.
   *
   * @param path a dotted path, such as {@code model_layer_metadata.precision}
   * @param exists whether there must be one
   * @return the filter
   */
  static Filter exists(String path, boolean exists) {
    Condition condition = new Condition.Exists();
    return new Field(path, exists ? condition : new Condition.Not(List.of(condition)));
  }

  /**
   * The text at the path has a part that matches the regular expression.
   *
   * @param path a dotted path, such as {@code model_layer_metadata.precision}
   * @param pattern a regular expression as MongoDB takes it
   * @param options letters of {@code imsxu}, as MongoDB has them; may be empty
   * @return the filter
   */
  static Filter regex(String path, String pattern, String options) {
    return new Field(path, new Condition.Regex(pattern, options));
  }

  /**
   * An element of the list at the path is an object that matches the filter.
   *
   * @param path a dotted path, such as {@code model_layer_metadata.precision}
   * @param filter what an element must match
   * @return the filter
   */
  static Filter elemMatch(String path, Filter filter) {
    return new Field(path, new Condition.ElemMatch(filter));
  }

  /**
   * At least one of the filters holds.
   *
   * @param filters one must hold
   * @return the filter
   */
  static Filter or(Filter... filters) {
    return new Or(List.of(filters));
  }

  /**
   * None of the filters holds.
   *
   * @param filters none may hold
   * @return the filter
   */
  static Filter nor(Filter... filters) {
    return new Nor(List.of(filters));
  }

  /**
   * Reads a filter as it comes over the wire: at most 1,000 clauses, 100 levels deep, with at most
   * 10,000 values in an {@code $in} and 16,384 characters in a {@code $regex}.
   *
   * @param filter an object as JSON gives it
   * @return the filter
   * @throws BadInputException names the operator or the path that is wrong
   */
  static Filter parse(Map<String, ?> filter) {
    return FilterParser.parseBounded(Json.copyOf("filter", filter));
  }

  /**
   * {@return both this filter and the other one hold}
   *
   * @param other what must hold, too
   */
  default Filter and(Filter other) {
    List<Filter> both = new ArrayList<>(conjuncts());
    both.addAll(other.conjuncts());
    return new And(both);
  }

  /** {@return the filters that must all hold, flattened: no element is an {@link And}} */
  default List<Filter> conjuncts() {
    if (this instanceof And and) {
      return and.filters().stream().flatMap(filter -> filter.conjuncts().stream()).toList();
    }
    return List.of(this);
  }

  /**
   * {@return whether the document, a tree of plain values as {@link Json} reads them, matches}
   *
   * @param document the record as a tree of plain values
   * @throws BadInputException when a regular expression takes too long
   */
  default boolean matches(Map<String, Object> document) {
    return new Matcher().matches(this, document);
  }

  /**
   * As {@link #matches} for the many documents of one query, whose regular expressions have one
   * second for all of them together. Not thread-safe: take one for each query.
   *
   * @return the filter
   */
  default Predicate<Map<String, Object>> matcher() {
    Matcher matcher = new Matcher();
    return document -> matcher.matches(this, document);
  }

  /**
   * {@return the same filter with each path replaced, as for another name of a field}
   *
   * @param rename answers the new path for each old one
   */
  default Filter mapPaths(UnaryOperator<String> rename) {
    return mapFields(field -> new Field(rename.apply(field.path()), field.condition()));
  }

  /**
   * {@return the same filter with other fields, but for those within {@code $elemMatch}}
   *
   * @param change answers what stands in place of each field
   */
  default Filter mapFields(UnaryOperator<Field> change) {
    if (this instanceof Field field) {
      return change.apply(field);
    }
    if (this instanceof Or or) {
      return new Or(mapFields(or.filters(), change));
    }
    if (this instanceof Nor nor) {
      return new Nor(mapFields(nor.filters(), change));
    }
    return new And(mapFields(conjuncts(), change));
  }

  private static List<Filter> mapFields(List<Filter> filters, UnaryOperator<Field> change) {
    return filters.stream().map(filter -> filter.mapFields(change)).toList();
  }

  /** {@return the filter as it goes over the wire; {@link #parse} reads it back} */
  default Map<String, Object> toMap() {
    return FilterWriter.write(this);
  }
}
