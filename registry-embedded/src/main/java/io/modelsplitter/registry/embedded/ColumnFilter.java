package io.modelsplitter.registry.embedded;

import io.modelsplitter.query.Condition;
import io.modelsplitter.query.Filter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The part of a filter that whole columns answer, as SQL, and the rest, which the matcher answers
 * row by row. Paths choose among known columns and values are bound, so nothing from outside
 * becomes SQL text.
 *
 * @param clauses conditions to join with {@code AND}
 * @param bindings the values of their parameters
 * @param rest what the clauses do not answer
 */
record ColumnFilter(List<String> clauses, Map<String, Object> bindings, Filter rest) {

  /** Whether the clauses alone select exactly the rows that match. */
  boolean isExact() {
    return rest.conjuncts().isEmpty();
  }

  static ColumnFilter of(Filter filter, Map<String, ColumnType> columns) {
    List<String> clauses = new ArrayList<>();
    Map<String, Object> bindings = new LinkedHashMap<>();
    List<Filter> rest = new ArrayList<>();
    for (Filter conjunct : filter.conjuncts()) {
      ColumnType type = conjunct instanceof Filter.Field field ? columns.get(field.path()) : null;
      List<?> wanted = conjunct instanceof Filter.Field field ? wanted(field.condition()) : null;
      if (type == null || wanted == null) {
        rest.add(conjunct);
        continue;
      }
      Object[] values = values(wanted, type);
      if (values.length == 0) {
        clauses.add("1 = 0");
        continue;
      }
      String parameter = "value" + bindings.size();
      clauses.add(((Filter.Field) conjunct).path() + " = ANY(:" + parameter + ")");
      bindings.put(parameter, values);
    }
    return new ColumnFilter(clauses, bindings, new Filter.And(rest));
  }

  /** The values of which one must be there, or null when the condition asks something else. */
  private static @Nullable List<?> wanted(Condition condition) {
    if (condition instanceof Condition.Equal equal) {
      List<@Nullable Object> one = new ArrayList<>();
      one.add(equal.value());
      return one;
    }
    return condition instanceof Condition.In in ? in.values() : null;
  }

  /** The values that a column of the type could hold; no other value can equal it. */
  private static Object[] values(List<?> wanted, ColumnType type) {
    return switch (type) {
      case TEXT ->
          wanted.stream()
              .filter(value -> value instanceof String text && isStorable(text))
              .toArray(String[]::new);
      case INTEGER ->
          wanted.stream()
              .map(ColumnFilter::integer)
              .filter(Objects::nonNull)
              .toArray(Integer[]::new);
    };
  }

  /** A number that equals one of 32 bits, 3.0 included. */
  private static @Nullable Integer integer(@Nullable Object value) {
    if (value instanceof Integer number) {
      return number;
    }
    return value instanceof Double number && number == number.intValue() ? number.intValue() : null;
  }

  /** No column holds U+0000 or half a surrogate pair, and PostgreSQL cannot even be asked. */
  static boolean isStorable(String text) {
    return text.codePoints().noneMatch(c -> c == 0 || (c >= 0xD800 && c <= 0xDFFF));
  }
}
