package io.modelsplitter.registry.embedded;

import java.util.List;

/**
 * A place in an order of documents: where one was that was seen. It stays right while others come
 * and go.
 *
 * @param keys the document's keys in the order, as {@link ValueKey}s; none in the order of coming
 * @param number the document's number
 */
record Place(List<byte[]> keys, long number) {
  Place {
    keys = List.copyOf(keys);
  }

  static Place of(long number) {
    return new Place(List.of(), number);
  }
}
