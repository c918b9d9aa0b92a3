package io.modelsplitter.registry.embedded;

import io.modelsplitter.error.BadInputException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an index holds of one document: an entry for each value that some path reaches, and the
 * document's shape, which is the paths that reach something.
 *
 * @param entries the entries; no two have one key
 * @param shape the paths without a list directly within a list, and whether each reaches more than
 *     one value
 */
record DocumentIndex(List<Entry> entries, SortedMap<PathKey, Boolean> shape) {
  /** A path ends at the value. */
  static final int VALUE = 1;

  /** A path ends at a list, of which the value is an element. */
  static final int ELEMENT = 1 << 1;

  /** Of what the path reaches, the value comes first in an ascending sort. */
  static final int FIRST = 1 << 2;

  /** Of what the path reaches, the value comes first in a descending sort. */
  static final int LAST = 1 << 3;

  static final int INT = 1 << 4;
  static final int LONG = 1 << 5;
  static final int DOUBLE = 1 << 6;

  /**
   * A value at a path.
   *
   * @param key the path's bytes, then the value's
   * @param facts what is so of the value there: the bits above. One with neither {@link #VALUE} nor
   *     {@link #ELEMENT} is there for the sake of the order only
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared as a whole
  record Entry(byte[] key, int facts) {}

  /**
   * The index of a document that is to be stored.
   *
   * @throws BadInputException when it has more entries
   */
  static DocumentIndex of(Map<String, ?> document, int maxEntries) {
    Builder builder = new Builder(maxEntries);
    builder.fields(builder.root, document);
    builder.root.branches = 1;
    builder.finish(builder.root, false);
    return new DocumentIndex(builder.entries(), builder.shape);
  }

  /** The index of a document that is stored, whatever its size. */
  static DocumentIndex ofStored(Map<String, ?> document) {
    return of(document, Integer.MAX_VALUE);
  }

  /** Refuses to grow further; what was stored larger may stay so. */
  void checkSize(int maxEntries) {
    if (entries.size() > maxEntries) {
      throw tooLarge(maxEntries);
    }
  }

  private static BadInputException tooLarge(int maxEntries) {
    return new BadInputException(
        "the record has more than " + maxEntries + " different values; store fewer");
  }

  byte[][] keys() {
    return entries.stream().map(Entry::key).toArray(byte[][]::new);
  }

  /** The facts of the {@link #keys}. */
  Integer[] allFacts() {
    return entries.stream().map(Entry::facts).toArray(Integer[]::new);
  }

  /** A path and what it reaches in the document. */
  private static final class Node {
    final PathKey path;

    /** Below a list within a list, where no sort goes. */
    final boolean nested;

    final Map<String, Node> children = new LinkedHashMap<>();
    final Map<ValueKey, Integer> values = new HashMap<>();
    @Nullable Node nestedLists;
    @Nullable ValueKey first;
    @Nullable ValueKey last;

    /** How often a value was reached. */
    long arrivals;

    /** How many ways lead on from here, whether or not they find something. */
    long branches;

    Node(PathKey path, boolean nested) {
      this.path = path;
      this.nested = nested;
    }

    Node child(String name) {
      return children.computeIfAbsent(name, it -> new Node(path.child(it), nested));
    }

    Node nestedLists() {
      if (nestedLists == null) {
        nestedLists = new Node(path.nested(), true);
      }
      return nestedLists;
    }

    void sortsBy(ValueKey key) {
      if (nested) {
        return;
      }
      if (first == null || key.compareTo(first) < 0) {
        first = key;
      }
      if (last == null || key.compareTo(last) > 0) {
        last = key;
      }
    }
  }

  private static final class Builder {
    final Node root = new Node(PathKey.ROOT, false);
    final SortedMap<PathKey, Boolean> shape = new TreeMap<>();
    private final List<Node> nodes = new ArrayList<>();
    private final int maxEntries;
    private int count;

    Builder(int maxEntries) {
      this.maxEntries = maxEntries;
    }

    /** The fields of an object that a path ends at; answers the object's key. */
    ValueKey fields(Node node, Map<?, ?> object) {
      ValueKey.Container key = new ValueKey.Container(ValueKey.OBJECT);
      object.forEach(
          (field, value) -> {
            String name = (String) field;
            key.add(
                name,
                PathKey.isReachable(name) ? reached(node.child(name), value) : ValueKey.of(value));
          });
      return key.key();
    }

    /** A value that a path ends at; answers its key. */
    private ValueKey reached(Node node, @Nullable Object value) {
      node.arrivals++;
      if (value instanceof List<?> list) {
        ValueKey key = elements(node, list);
        add(node, key, VALUE);
        return key;
      }
      node.branches++;
      ValueKey key = value instanceof Map<?, ?> map ? fields(node, map) : ValueKey.of(value);
      add(node, key, VALUE | type(value));
      node.sortsBy(key);
      return key;
    }

    private ValueKey elements(Node node, List<?> list) {
      ValueKey.Container key = new ValueKey.Container(ValueKey.LIST);
      if (list.isEmpty()) {
        node.branches++;
        node.sortsBy(new ValueKey(new byte[] {ValueKey.EMPTY_LIST}, false));
      }
      for (Object element : list) {
        node.branches++;
        ValueKey elementKey =
            element instanceof Map<?, ?> map
                ? fields(node, map)
                : element instanceof List<?>
                    ? reached(node.nestedLists(), element)
                    : ValueKey.of(element);
        add(node, elementKey, ELEMENT | type(element));
        node.sortsBy(elementKey);
        key.add(elementKey);
      }
      return key.key();
    }

    private void add(Node node, ValueKey key, int facts) {
      count -= node.values.size();
      node.values.merge(key, facts, (a, b) -> a | b);
      count += node.values.size();
      if (count > maxEntries) {
        throw tooLarge(maxEntries);
      }
    }

    private static int type(@Nullable Object value) {
      return value instanceof Integer
          ? INT
          : value instanceof Long ? LONG : value instanceof Number ? DOUBLE : 0;
    }

    /** Sorts by what is missing too: on some way to a path there may be nothing, which is null. */
    void finish(Node node, boolean missing) {
      if (node != root) {
        if (missing) {
          node.sortsBy(ValueKey.of(null));
        }
        mark(node, node.first, FIRST);
        mark(node, node.last, LAST);
        nodes.add(node);
        if (!node.nested) {
          shape.put(node.path, node.values.size() > 1 || missing);
        }
      }
      for (Node child : node.children.values()) {
        finish(child, missing || child.arrivals < node.branches);
      }
      if (node.nestedLists != null) {
        finish(node.nestedLists, false);
      }
    }

    private static void mark(Node node, @Nullable ValueKey key, int fact) {
      if (key != null) {
        node.values.merge(key, fact, (a, b) -> a | b);
      }
    }

    List<Entry> entries() {
      List<Entry> entries = new ArrayList<>(count);
      for (Node node : nodes) {
        node.values.forEach(
            (key, facts) -> entries.add(new Entry(node.path.with(key.bytes()), facts)));
      }
      return entries;
    }
  }
}
