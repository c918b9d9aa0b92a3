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

  /** The place of a value's kind in MongoDB's order: values of one kind compare by amount. */
  static int rank(Object value) {
    if (value == null || value == Paths.MISSING) {
      return 0;
    }
    if (value instanceof Number) {
      return 1;
    }
    if (value instanceof String) {
      return 2;
    }
    if (value instanceof Map<?, ?>) {
      return 3;
    }
    return value instanceof List<?> ? 4 : 5;
  }

  /** MongoDB's order of all values, first by kind. */
  static int compare(Object a, Object b) {
    int kinds = Integer.compare(rank(a), rank(b));
    if (kinds != 0) {
      return kinds;
    }
    if (a instanceof Number x) {
      return compare(x, (Number) b);
    }
    if (a instanceof String x) {
      return compareText(x, (String) b);
    }
    if (a instanceof Boolean x) {
      return x.compareTo((Boolean) b);
    }
    if (a instanceof List<?> x) {
      return compareLists(x, (List<?>) b);
    }
    return a instanceof Map<?, ?> x ? compareObjects(x, (Map<?, ?>) b) : 0;
  }

  private static int compareLists(List<?> a, List<?> b) {
    for (int i = 0; i < a.size() && i < b.size(); i++) {
      int elements = compare(a.get(i), b.get(i));
      if (elements != 0) {
        return elements;
      }
    }
    return Integer.compare(a.size(), b.size());
  }

  /** Field by field in their order: the kind of the value, then the name, then the value. */
  private static int compareObjects(Map<?, ?> a, Map<?, ?> b) {
    Iterator<? extends Map.Entry<?, ?>> left = a.entrySet().iterator();
    Iterator<? extends Map.Entry<?, ?>> right = b.entrySet().iterator();
    while (left.hasNext() && right.hasNext()) {
      Map.Entry<?, ?> x = left.next();
      Map.Entry<?, ?> y = right.next();
      int field = Integer.compare(rank(x.getValue()), rank(y.getValue()));
      if (field == 0) {
        field = compareText((String) x.getKey(), (String) y.getKey());
      }
      if (field == 0) {
        field = compare(x.getValue(), y.getValue());
      }
      if (field != 0) {
        return field;
      }
    }
    return Boolean.compare(left.hasNext(), right.hasNext());
  }

  /** By code points, which is the order of the UTF-8 bytes. */
  private static int compareText(String a, String b) {
    for (int i = 0; i < a.length() && i < b.length(); i++) {
      if (a.charAt(i) != b.charAt(i)) {
        int from = i > 0 && (isPairIn(a, i) || isPairIn(b, i)) ? i - 1 : i;
        return Integer.compare(a.codePointAt(from), b.codePointAt(from));
      }
    }
    return Integer.compare(a.length(), b.length());
  }

  /** Whether the unit at the place and the one before it are one code point. */
  private static boolean isPairIn(String text, int at) {
    return Character.isSurrogatePair(text.charAt(at - 1), text.charAt(at));
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
