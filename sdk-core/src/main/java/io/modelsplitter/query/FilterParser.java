package io.modelsplitter.query;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Turns the wire form of a filter into {@link Filter}, and refuses what it does not know. */
final class FilterParser {
  private static final Set<String> LOGICAL = Set.of("$and", "$or", "$nor");

  private static final Set<String> NESTING =
      Set.of("$and", "$or", "$nor", "$not", "$elemMatch", "$all");

  private static final int MAX_DEPTH = 100;
  private static final int MAX_CLAUSES = 1_000;
  static final int MAX_IN = 10_000;

  private FilterParser() {}

  /** A whole filter from outside, which must not be too large to answer. */
  static Filter parseBounded(Map<?, ?> filter) {
    int clauses = clauses(filter, 1);
    if (clauses > MAX_CLAUSES) {
      throw new BadInputException(
          "the filter has %d clauses; at most %d are taken".formatted(clauses, MAX_CLAUSES));
    }
    return parse(filter);
  }

  /** How many operators and plain equalities there are; values that are compared do not count. */
  private static int clauses(Map<?, ?> filter, int depth) {
    if (depth > MAX_DEPTH) {
      throw new BadInputException("the filter is nested deeper than " + MAX_DEPTH + " levels");
    }
    int clauses = 0;
    for (Map.Entry<?, ?> entry : filter.entrySet()) {
      Object value = entry.getValue();
      if (NESTING.contains((String) entry.getKey())) {
        List<?> nested = value instanceof List<?> list ? list : Collections.singletonList(value);
        clauses++;
        for (Object element : nested) {
          clauses += element instanceof Map<?, ?> map ? clauses(map, depth + 1) : 0;
        }
      } else if (value instanceof Map<?, ?> conditions && beginsWithOperator(conditions)) {
        clauses += clauses(conditions, depth);
      } else {
        clauses++;
      }
    }
    return clauses;
  }

  static Filter parse(Map<?, ?> filter) {
    List<Filter> parts = new ArrayList<>();
    for (Map.Entry<?, ?> entry : filter.entrySet()) {
      String key = (String) entry.getKey();
      if (key.startsWith("$")) {
        parts.add(logical(key, entry.getValue()));
      } else {
        field(key, entry.getValue(), parts);
      }
    }
    return parts.size() == 1 ? parts.get(0) : new Filter.And(parts);
  }

  private static Filter logical(String operator, @Nullable Object clauses) {
    if (!LOGICAL.contains(operator)) {
      throw new BadInputException(
          "operator " + operator + " is not known where a field or $and, $or, $nor belongs");
    }
    if (!(clauses instanceof List<?> list) || list.isEmpty()) {
      throw new BadInputException(operator + " needs a list of at least one filter");
    }
    List<Filter> filters = new ArrayList<>();
    for (Object clause : list) {
      if (!(clause instanceof Map<?, ?> map)) {
        throw new BadInputException(
            operator + " holds " + Json.show(clause) + ", which is not a filter");
      }
      filters.add(parse(map));
    }
    return switch (operator) {
      case "$and" -> new Filter.And(filters);
      case "$or" -> new Filter.Or(filters);
      default -> new Filter.Nor(filters);
    };
  }

  private static void field(String path, @Nullable Object value, List<Filter> parts) {
    if (value instanceof Map<?, ?> map && beginsWithOperator(map)) {
      for (Condition condition : new ConditionParser(path).parse(map)) {
        parts.add(new Filter.Field(path, condition));
      }
    } else {
      parts.add(new Filter.Field(path, new Condition.Equal(value)));
    }
  }

  static boolean beginsWithOperator(Map<?, ?> map) {
    return !map.isEmpty() && ((String) map.keySet().iterator().next()).startsWith("$");
  }

  /** Whether an object is a filter rather than conditions on one value. */
  static boolean isFilter(Map<?, ?> map) {
    return !beginsWithOperator(map) || LOGICAL.contains((String) map.keySet().iterator().next());
  }
}
