package io.modelsplitter.query;

import io.modelsplitter.query.Update.Change;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.NullUnmarked;

/** What each operator makes of the value at its path. JSON's null is Java's here. */
@NullUnmarked
final class UpdateValues {

  private UpdateValues() {}

  /** The new value, or {@link Paths#MISSING} for none. */
  static Object changed(Change change, Object node, Matcher matcher) {
    Object operand = change.value();
    return switch (change.operator()) {
      case SET -> operand;
      case UNSET -> Paths.MISSING;
      case INC -> number(change, node, Numbers::add, operand);
      case MUL -> number(change, node, Numbers::multiply, Numbers.zeroLike((Number) operand));
      case MIN -> node == Paths.MISSING || Values.compare(operand, node) < 0 ? operand : node;
      case MAX -> node == Paths.MISSING || Values.compare(operand, node) > 0 ? operand : node;
      case PUSH -> push(list(change, node), (Map<?, ?>) operand);
      case ADD_TO_SET -> addToSet(list(change, node), (Map<?, ?>) operand);
      case PULL -> pull(list(change, node), PullQuery.of(change.path(), operand, matcher));
      case PULL_ALL -> pullAll(list(change, node), (List<?>) operand);
      case POP -> pop(list(change, node), ((Number) operand).doubleValue() > 0);
      case CURRENT_DATE -> now(operand);
      case RENAME, SET_ON_INSERT -> node;
    };
  }

  private interface Arithmetic {
    Number apply(Number a, Number b);
  }

  private static Object number(
      Change change, Object node, Arithmetic arithmetic, Object whereMissing) {
    if (node == Paths.MISSING) {
      return whereMissing;
    }
    if (!(node instanceof Number number)) {
      throw Updater.needs(change, "a number", node);
    }
    try {
      return arithmetic.apply(number, (Number) change.value());
    } catch (ArithmeticException e) {
      throw UpdateParser.bad(change.operator(), change.path(), "goes beyond 64 bits");
    }
  }

  /** A list to change; a new one where there is nothing. */
  private static List<Object> list(Change change, Object node) {
    if (node == Paths.MISSING) {
      return new ArrayList<>();
    }
    if (node instanceof List<?> list) {
      return new ArrayList<>(list);
    }
    throw Updater.needs(change, "a list", node);
  }

  private static List<Object> addToSet(List<Object> list, Map<?, ?> operand) {
    Set<Object> known = ordered(list);
    for (Object value : (List<?>) operand.get("$each")) {
      if (known.add(value)) {
        list.add(value);
      }
    }
    return list;
  }

  /** Values that are equal are one; to look one up takes no walk through all of them. */
  private static Set<Object> ordered(List<?> values) {
    Set<Object> ordered = new TreeSet<>(Values::compare);
    ordered.addAll(values);
    return ordered;
  }

  /** First the position, then the order, then the slice. */
  private static List<Object> push(List<Object> list, Map<?, ?> operand) {
    int at = list.size();
    if (operand.get("$position") instanceof Number position) {
      double wanted = position.doubleValue();
      at = (int) Math.min(wanted < 0 ? Math.max(0, list.size() + wanted) : wanted, list.size());
    }
    list.addAll(at, (List<?>) operand.get("$each"));
    if (operand.containsKey("$sort")) {
      list.sort(order(operand.get("$sort")));
    }
    if (operand.get("$slice") instanceof Number slice) {
      double wanted = slice.doubleValue();
      int size = list.size();
      return wanted >= 0
          ? list.subList(0, (int) Math.min(wanted, size))
          : list.subList((int) Math.max(0, size + wanted), size);
    }
    return list;
  }

  private static Comparator<Object> order(Object sort) {
    if (!(sort instanceof Map<?, ?> fields)) {
      return directed(Values::compare, sort);
    }
    return fields.entrySet().stream()
        .map(field -> byField(((String) field.getKey()).split("\\."), field.getValue()))
        .reduce(Comparator::thenComparing)
        .orElseThrow();
  }

  private static Comparator<Object> byField(String[] path, Object direction) {
    return directed((a, b) -> Values.compare(at(a, path), at(b, path)), direction);
  }

  private static Comparator<Object> directed(Comparator<Object> order, Object direction) {
    return ((Number) direction).doubleValue() > 0 ? order : order.reversed();
  }

  private static Object at(Object element, String[] path) {
    Object node = element;
    for (String key : path) {
      if (node instanceof Map<?, ?> map && map.containsKey(key)) {
        node = map.get(key);
      } else if (node instanceof List<?> list
          && Paths.index(key) >= 0
          && Paths.index(key) < list.size()) {
        node = list.get(Paths.index(key));
      } else {
        return null;
      }
    }
    return node;
  }

  private static List<Object> pull(List<Object> list, PullQuery query) {
    list.removeIf(query::matches);
    return list;
  }

  private static List<Object> pullAll(List<Object> list, List<?> values) {
    list.removeIf(ordered(values)::contains);
    return list;
  }

  private static List<Object> pop(List<Object> list, boolean last) {
    if (!list.isEmpty()) {
      list.remove(last ? list.size() - 1 : 0);
    }
    return list;
  }

  private static Object now(Object operand) {
    Instant now = Instant.now();
    boolean timestamp = operand instanceof Map<?, ?> map && "timestamp".equals(map.get("$type"));
    return timestamp ? now.getEpochSecond() : now.truncatedTo(ChronoUnit.MILLIS).toString();
  }
}
