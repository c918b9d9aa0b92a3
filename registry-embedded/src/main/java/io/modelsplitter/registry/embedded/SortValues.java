package io.modelsplitter.registry.embedded;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The value by which a document is sorted: of those that a path reaches, the one that comes first.
 */
final class SortValues {
  private static final byte[] NULL = {ValueKey.NULL};
  private static final byte[] EMPTY_LIST = {ValueKey.EMPTY_LIST};

  private final boolean descending;
  private byte @Nullable [] first;

  private SortValues(boolean descending) {
    this.descending = descending;
  }

  static byte[] key(Map<String, ?> document, String[] path, boolean descending) {
    SortValues values = new SortValues(descending);
    values.walk(document, path, 0);
    return values.first == null ? NULL : values.first;
  }

  private void walk(@Nullable Object value, String[] path, int at) {
    if (at == path.length) {
      end(value);
    } else if (value instanceof Map<?, ?> map) {
      if (PathKey.isReachable(path[at]) && map.containsKey(path[at])) {
        walk(map.get(path[at]), path, at + 1);
      } else {
        take(NULL);
      }
    } else if (value instanceof List<?> list && isIndex(path[at])) {
      long index = Long.parseLong(path[at]);
      if (index < list.size()) {
        walk(list.get((int) index), path, at + 1);
      } else {
        take(NULL);
      }
    } else if (value instanceof List<?> list && !list.isEmpty()) {
      list.forEach(element -> walk(element instanceof Map<?, ?> ? element : null, path, at));
    } else {
      take(NULL);
    }
  }

  private void end(@Nullable Object value) {
    if (!(value instanceof List<?> list)) {
      take(ValueKey.of(value).bytes());
    } else if (list.isEmpty()) {
      take(EMPTY_LIST);
    } else {
      list.forEach(element -> take(ValueKey.of(element).bytes()));
    }
  }

  private void take(byte[] key) {
    int order = first == null ? 1 : Arrays.compareUnsigned(first, key);
    if (descending ? order < 0 || first == null : order > 0) {
      first = key;
    }
  }

  /** Digits without a leading zero, as in a filter's path. */
  private static boolean isIndex(String name) {
    return name.length() <= 9
        && PathPattern.isIndex(name)
        && !name.isEmpty()
        && (name.length() == 1 || name.charAt(0) != '0');
  }
}
