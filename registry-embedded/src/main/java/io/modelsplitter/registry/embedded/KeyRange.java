package io.modelsplitter.registry.embedded;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Consecutive keys of an index.
 *
 * @param from the first one
 * @param to the one after the last
 */
@SuppressWarnings("ArrayRecordComponent") // never compared as a whole
record KeyRange(byte[] from, byte[] to) {

  /** The one key. */
  static KeyRange point(byte[] key) {
    return new KeyRange(key, after(key));
  }

  /** Every key that begins so; the bytes are not all FF. */
  static KeyRange prefix(byte[] prefix) {
    return new KeyRange(prefix, afterAll(prefix));
  }

  /** The least key greater than this one. */
  static byte[] after(byte[] key) {
    return Arrays.copyOf(key, key.length + 1);
  }

  /** The least key greater than every one that begins so. */
  static byte[] afterAll(byte[] prefix) {
    int last = prefix.length - 1;
    while (prefix[last] == (byte) 0xFF) {
      last--;
    }
    byte[] next = Arrays.copyOf(prefix, last + 1);
    next[last]++;
    return next;
  }

  boolean isPoint() {
    return Arrays.equals(to, after(from));
  }

  boolean isEmpty() {
    return Arrays.compareUnsigned(from, to) >= 0;
  }

  /** The keys that are in one of these ranges and in one of those. */
  static List<KeyRange> intersect(List<KeyRange> these, List<KeyRange> those) {
    List<KeyRange> both = new ArrayList<>();
    for (KeyRange a : these) {
      for (KeyRange b : those) {
        byte[] from = Arrays.compareUnsigned(a.from, b.from) >= 0 ? a.from : b.from;
        byte[] to = Arrays.compareUnsigned(a.to, b.to) <= 0 ? a.to : b.to;
        KeyRange range = new KeyRange(from, to);
        if (!range.isEmpty()) {
          both.add(range);
        }
      }
    }
    return both;
  }
}
