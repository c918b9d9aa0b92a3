package io.modelsplitter.query;

import java.math.BigDecimal;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;

/** MongoDB's equality of values. JSON's null is Java's here. */
@NullUnmarked
final class Values {

  private Values() {}

  /**
   * Whether a value equals the wanted one: numbers by their exact amount whatever their type, lists
   * element by element, objects with the order of their keys; {@link Paths#MISSING} equals null.
   */
  static boolean equal(Object value, Object wanted) {
    if (wanted == null) {
      return value == null || value == Paths.MISSING;
    }
    if (value instanceof Number a && wanted instanceof Number b) {
      return compare(a, b) == 0;
    }
    if (value instanceof List<?> a && wanted instanceof List<?> b) {
      return a.size() == b.size() && equal(a.iterator(), b.iterator());
    }
    if (value instanceof Map<?, ?> a && wanted instanceof Map<?, ?> b) {
      return a.size() == b.size()
          && equal(a.keySet().iterator(), b.keySet().iterator())
          && equal(a.values().iterator(), b.values().iterator());
    }
    return wanted.equals(value);
  }

  private static boolean equal(Iterator<?> a, Iterator<?> b) {
    while (a.hasNext()) {
      if (!equal(a.next(), b.next())) {
        return false;
      }
    }
    return true;
  }

  /** Compares by exact amount: 2^53 + 1 is more than 2^53, also as a double; -0.0 is 0. */
  static int compare(Number a, Number b) {
    if (a instanceof Double || b instanceof Double) {
      return decimal(a).compareTo(decimal(b));
    }
    return Long.compare(a.longValue(), b.longValue());
  }

  private static BigDecimal decimal(Number number) {
    return number instanceof Double value
        ? new BigDecimal(value)
        : BigDecimal.valueOf(number.longValue());
  }
}
