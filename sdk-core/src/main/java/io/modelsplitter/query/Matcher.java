package io.modelsplitter.query;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;

/** Whether a document matches a filter: the truth that every database must agree with. */
@NullUnmarked
final class Matcher {
  private final RegexTime regexTime = new RegexTime();

  /** Whether the document matches; a matcher is for one query, whose regexes share its time. */
  boolean matches(Filter filter, Map<?, ?> document) {
    if (filter instanceof Filter.Field field) {
      return meets(field.condition(), document, field.path());
    }
    if (filter instanceof Filter.Or or) {
      return or.filters().stream().anyMatch(it -> matches(it, document));
    }
    if (filter instanceof Filter.Nor nor) {
      return nor.filters().stream().noneMatch(it -> matches(it, document));
    }
    return ((Filter.And) filter).filters().stream().allMatch(it -> matches(it, document));
  }

  /** Whether what the path reaches in the document meets the condition. */
  private boolean meets(Condition condition, Map<?, ?> document, String path) {
    if (condition instanceof Condition.Not not) {
      return !not.conditions().stream().allMatch(it -> meets(it, document, path));
    }
    if (condition instanceof Condition.All all) {
      return !all.conditions().isEmpty()
          && all.conditions().stream().allMatch(it -> meets(it, document, path));
    }
    boolean elements = looksAtElements(condition);
    return Paths.anyMatch(document, path, elements, value -> holds(condition, value));
  }

  /** Of a list that the path ends at, these conditions ask the elements too. */
  private static boolean looksAtElements(Condition condition) {
    return !(condition instanceof Condition.Exists
        || condition instanceof Condition.Size
        || condition instanceof Condition.ElemMatch
        || condition instanceof Condition.ElemMatchValue);
  }

  /** Whether one value meets the condition; {@link Paths#MISSING} is the value of no value. */
  private boolean holds(Condition condition, Object value) {
    if (condition instanceof Condition.Equal equal) {
      return Values.equal(value, equal.value());
    }
    if (condition instanceof Condition.In in) {
      return in.contains(value == Paths.MISSING ? null : value);
    }
    if (condition instanceof Condition.Compare compare) {
      return compares(compare, value);
    }
    if (value == Paths.MISSING) {
      return false;
    }
    if (condition instanceof Condition.HasType type) {
      return type.types().contains(BsonType.of(value));
    }
    if (condition instanceof Condition.Regex regex) {
      return value instanceof String text && regex.find(text, regexTime);
    }
    if (condition instanceof Condition.Mod mod) {
      return value instanceof Number number && leaves(mod, number);
    }
    if (condition instanceof Condition.Size size) {
      return value instanceof List<?> list && list.size() == size.size();
    }
    if (condition instanceof Condition.ElemMatch match) {
      return value instanceof List<?> list
          && list.stream().anyMatch(it -> matchesElement(match.filter(), it));
    }
    if (condition instanceof Condition.ElemMatchValue match) {
      return value instanceof List<?> list
          && list.stream().anyMatch(it -> meetsAll(match.conditions(), it));
    }
    return condition instanceof Condition.Exists;
  }

  private static boolean compares(Condition.Compare compare, Object value) {
    Object operand = compare.value();
    if (operand == null) {
      boolean orEqual = compare.order().holds(0);
      return orEqual && (value == null || value == Paths.MISSING);
    }
    return value != Paths.MISSING
        && value != null
        && Values.rank(value) == Values.rank(operand)
        && compare.order().holds(Values.compare(value, operand));
  }

  /** A value beyond 64 bits has no remainder. */
  private static boolean leaves(Condition.Mod mod, Number number) {
    if (number instanceof Double value && !(value >= -0x1p63 && value < 0x1p63)) {
      return false;
    }
    return number.longValue() % mod.divisor() == mod.remainder();
  }

  /** Elements are objects; a list is one with its indexes for keys. */
  private boolean matchesElement(Filter filter, Object element) {
    if (element instanceof Map<?, ?> map) {
      return matches(filter, map);
    }
    if (element instanceof List<?> list) {
      Map<String, Object> byIndex = new LinkedHashMap<>();
      for (int i = 0; i < list.size(); i++) {
        byIndex.put(String.valueOf(i), list.get(i));
      }
      return matches(filter, byIndex);
    }
    return false;
  }

  /** Here a list is one value: its elements are not asked. */
  private boolean meetsAll(List<Condition> conditions, Object element) {
    return conditions.stream().allMatch(it -> meetsAlone(it, element));
  }

  private boolean meetsAlone(Condition condition, Object element) {
    if (condition instanceof Condition.Not not) {
      return !meetsAll(not.conditions(), element);
    }
    if (condition instanceof Condition.All all) {
      return !all.conditions().isEmpty() && meetsAll(all.conditions(), element);
    }
    return holds(condition, element);
  }
}
