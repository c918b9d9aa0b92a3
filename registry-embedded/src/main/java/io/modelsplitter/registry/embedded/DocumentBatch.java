package io.modelsplitter.registry.embedded;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Documents that are to be stored in one transaction, each with its index and the shape that its
 * row is to have. The more of them, the less each costs; how many is bounded by what they take in
 * memory. For one thread.
 */
final class DocumentBatch<T> {
  private static final int MAX_DOCUMENTS = 5_000;
  private static final int MAX_ENTRIES = 150_000;

  private final Map<String, Prepared<T>> byKey = new LinkedHashMap<>();
  private final List<OwnedEntry> entries = new ArrayList<>();

  /** A document, its place among those of the batch, and the number of its shape. */
  record Prepared<T>(T value, long place, long shape) {}

  /** Adds a document; of two with one key the first stays. */
  void add(String key, T document, DocumentIndex index, long shape) {
    long place = byKey.size();
    if (byKey.putIfAbsent(key, new Prepared<>(document, place, shape)) == null) {
      index.entries().forEach(entry -> entries.add(new OwnedEntry(entry, place)));
    }
  }

  boolean isFull() {
    return byKey.size() >= MAX_DOCUMENTS || entries.size() >= MAX_ENTRIES;
  }

  /** Puts the entries in the order of the index, which they are written in. */
  void sort() {
    entries.sort((a, b) -> Arrays.compareUnsigned(a.entry().key(), b.entry().key()));
  }

  /** Leaves out those that are stored already. */
  void removeAll(Collection<String> keys) {
    byKey.keySet().removeAll(keys);
  }

  /** Takes a document out that was stored. */
  Optional<T> take(String key) {
    return Optional.ofNullable(byKey.remove(key)).map(Prepared::value);
  }

  int size() {
    return byKey.size();
  }

  Set<String> keys() {
    return byKey.keySet();
  }

  Collection<Prepared<T>> documents() {
    return byKey.values();
  }

  /** The entries of the documents that are left, by the numbers that these were given. */
  List<OwnedEntry> entries(Map<String, Long> numbers) {
    Map<Long, Long> numberOf = new LinkedHashMap<>();
    byKey.forEach((key, document) -> numberOf.put(document.place(), numbers.get(key)));
    List<OwnedEntry> owned = new ArrayList<>(entries.size());
    for (OwnedEntry entry : entries) {
      Long number = numberOf.get(entry.document());
      if (number != null) {
        owned.add(new OwnedEntry(entry.entry(), number));
      }
    }
    return owned;
  }
}
