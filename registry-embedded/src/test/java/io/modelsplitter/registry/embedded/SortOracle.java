package io.modelsplitter.registry.embedded;

import io.modelsplitter.query.Update;
import io.modelsplitter.registry.Query;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;

/**
 * MongoDB's order of documents, told another way than the product does: by all values that a path
 * reaches, of which {@code $max} says which is greater.
 */
@NullUnmarked
final class SortOracle implements Comparator<Long> {
  /** Before everything, even null. */
  private static final Object UNDEFINED = new Object();

  private final List<Query.Sort> sort;
  private final Map<Long, Map<String, Object>> documents;

  SortOracle(List<Query.Sort> sort, Map<Long, Map<String, Object>> documents) {
    this.sort = sort;
    this.documents = documents;
  }

  @Override
  public int compare(Long a, Long b) {
    for (Query.Sort by : sort) {
      int order = order(value(documents.get(a), by), value(documents.get(b), by));
      if (order != 0) {
        return by.descending() ? -order : order;
      }
    }
    return sort.get(0).descending() ? b.compareTo(a) : a.compareTo(b);
  }

  private static Object value(Map<String, Object> document, Query.Sort by) {
    List<Object> values = new ArrayList<>();
    reach(document, Arrays.asList(by.field().split("\\.", -1)), values);
    return by.descending()
        ? Collections.max(values, SortOracle::order)
        : Collections.min(values, SortOracle::order);
  }

  private static void reach(Object value, List<String> path, List<Object> values) {
    if (path.isEmpty()) {
      if (value instanceof List<?> list) {
        values.addAll(list.isEmpty() ? List.of(UNDEFINED) : list);
      } else {
        values.add(value);
      }
      return;
    }
    String name = path.get(0);
    List<String> rest = path.subList(1, path.size());
    if (value instanceof Map<?, ?> map) {
      reach(name.isEmpty() ? null : map.get(name), rest(map, name, rest), values);
    } else if (value instanceof List<?> list && name.matches("0|[1-9][0-9]{0,8}")) {
      boolean isThere = Integer.parseInt(name) < list.size();
      reach(isThere ? list.get(Integer.parseInt(name)) : null, isThere ? rest : List.of(), values);
    } else if (value instanceof List<?> list && !list.isEmpty()) {
      for (Object element : list) {
        reach(element instanceof Map<?, ?> ? element : null, path, values);
      }
    } else {
      values.add(null);
    }
  }

  /** Below nothing there is nothing more to reach. */
  private static List<String> rest(Map<?, ?> map, String name, List<String> rest) {
    return name.isEmpty() || !map.containsKey(name) ? List.of() : rest;
  }

  private static int order(Object a, Object b) {
    if (a == UNDEFINED || b == UNDEFINED) {
      return Boolean.compare(a != UNDEFINED, b != UNDEFINED);
    }
    return isLess(a, b) ? -1 : isLess(b, a) ? 1 : 0;
  }

  private static boolean isLess(Object a, Object b) {
    Map<String, Object> before = Collections.singletonMap("v", a);
    Update max = Update.parse(Map.of("$max", Collections.singletonMap("v", b)));
    return !max.apply(before).equals(before);
  }
}
