package io.modelsplitter.query;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns a {@link Filter} into its wire form. */
final class FilterWriter {

  private FilterWriter() {}

  static Map<String, Object> write(Filter filter) {
    if (filter instanceof Filter.Field field) {
      return Map.of(field.path(), condition(field.condition()));
    }
    if (filter instanceof Filter.Or or) {
      return clauses("$or", or.filters());
    }
    if (filter instanceof Filter.Nor nor) {
      return clauses("$nor", nor.filters());
    }
    List<Filter> all = filter.conjuncts();
    return all.isEmpty() ? Map.of() : clauses("$and", all);
  }

  private static Map<String, Object> clauses(String operator, List<Filter> filters) {
    return Map.of(operator, filters.stream().map(FilterWriter::write).toList());
  }

  private static Map<String, Object> condition(Condition condition) {
    if (condition instanceof Condition.Equal equal) {
      return one("$eq", equal.value());
    }
    if (condition instanceof Condition.Compare compare) {
      return one(compare.order().sign, compare.value());
    }
    if (condition instanceof Condition.In in) {
      return one("$in", in.values());
    }
    if (condition instanceof Condition.Exists) {
      return one("$exists", true);
    }
    if (condition instanceof Condition.HasType type) {
      return one("$type", type.types().stream().map(BsonType::alias).sorted().toList());
    }
    if (condition instanceof Condition.Size size) {
      return one("$size", size.size());
    }
    if (condition instanceof Condition.All all) {
      return one("$all", all.conditions().stream().map(FilterWriter::allElement).toList());
    }
    if (condition instanceof Condition.ElemMatch match) {
      return one("$elemMatch", write(match.filter()));
    }
    if (condition instanceof Condition.ElemMatchValue match) {
      return one("$elemMatch", joined(match.conditions()));
    }
    if (condition instanceof Condition.Mod mod) {
      return one("$mod", List.of(mod.divisor(), mod.remainder()));
    }
    if (condition instanceof Condition.Regex regex) {
      Map<String, Object> map = one("$regex", regex.pattern());
      map.put("$options", regex.options());
      return map;
    }
    return negation((Condition.Not) condition);
  }

  /** The operators that negate by themselves, so that they can stand beside a {@code $not}. */
  private static Map<String, Object> negation(Condition.Not not) {
    Condition only = not.conditions().size() == 1 ? not.conditions().get(0) : not;
    if (only instanceof Condition.Equal equal) {
      return one("$ne", equal.value());
    }
    if (only instanceof Condition.In in) {
      return one("$nin", in.values());
    }
    if (only instanceof Condition.Exists) {
      return one("$exists", false);
    }
    return one("$not", joined(not.conditions()));
  }

  private static Map<String, Object> one(String operator, @Nullable Object value) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put(operator, value);
    return map;
  }

  /** In {@code $all} a plain value stands for its equality. */
  private static @Nullable Object allElement(Condition condition) {
    return condition instanceof Condition.Equal equal ? equal.value() : condition(condition);
  }

  /** Conditions that hold together, as one object; what was parsed has each operator once. */
  private static Map<String, Object> joined(List<Condition> conditions) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (Condition condition : conditions) {
      condition(condition)
          .forEach(
              (operator, operand) -> {
                if (map.containsKey(operator)) {
                  throw new IllegalArgumentException(
                      operator + " stands twice, which has no form on the wire: " + conditions);
                }
                map.put(operator, operand);
              });
    }
    return map;
  }
}
