package io.modelsplitter.query;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.NullUnmarked;

/** Walks a dotted path through a document as MongoDB does. JSON's null is Java's here. */
@NullUnmarked
final class Paths {

  /** What a path finds where there is nothing; equal to null, but not an element of a list. */
  static final Object MISSING = new Object();

  private Paths() {}

  /**
   * Whether some value that the path reaches passes: each one it ends at, then, where that is a
   * list and its elements are asked too, each of them; {@link #MISSING} where it ends at nothing.
   */
  static boolean anyMatch(
      Map<?, ?> document, String path, boolean elements, Predicate<Object> test) {
    Predicate<Object> leaf =
        value ->
            test.test(value)
                || (elements && value instanceof List<?> list && list.stream().anyMatch(test));
    return walk(document, path.split("\\.", -1), 0, leaf);
  }

  private static boolean walk(Map<?, ?> object, String[] path, int at, Predicate<Object> test) {
    Object value = child(object, path[at]);
    return at + 1 == path.length ? test.test(value) : into(value, path, at + 1, test);
  }

  /** The rest of the path below a value: of an object, of each object in a list, or by an index. */
  private static boolean into(Object value, String[] path, int at, Predicate<Object> test) {
    if (value instanceof Map<?, ?> map) {
      return walk(map, path, at, test);
    }
    if (!(value instanceof List<?> list)) {
      return test.test(MISSING);
    }
    int index = index(path[at]);
    if (index >= 0) {
      return index < list.size() && element(list.get(index), path, at, test);
    }
    for (Object element : list) {
      if (element instanceof Map<?, ?> map && walk(map, path, at, test)) {
        return true;
      }
    }
    return false;
  }

  /** A number on a list is its index, and nothing is reached below an element without fields. */
  private static boolean element(Object element, String[] path, int at, Predicate<Object> test) {
    return at + 1 == path.length
        ? test.test(element)
        : !isScalar(element) && into(element, path, at + 1, test);
  }

  private static boolean isScalar(Object value) {
    return !(value instanceof Map<?, ?>) && !(value instanceof List<?>);
  }

  /** An empty key is never reached by a path. */
  private static Object child(Map<?, ?> object, String key) {
    return !key.isEmpty() && object.containsKey(key) ? object.get(key) : MISSING;
  }

  /** The path component as a list index, or -1: digits without a leading zero. */
  static int index(String component) {
    int length = component.length();
    if (length == 0 || length > 9 || (length > 1 && component.charAt(0) == '0')) {
      return -1;
    }
    return component.chars().allMatch(c -> c >= '0' && c <= '9') ? Integer.parseInt(component) : -1;
  }
}
