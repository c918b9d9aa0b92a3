package io.modelsplitter.registry.embedded;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A path as the 16 bytes that an index knows it by, so that no name from outside, however long,
 * reaches it. The index of a list element is left out, as it may be in a filter, except where a
 * list lies directly within a list: there a filter must give it, and {@link #nested} stands for it.
 *
 * @param bytes the start of a digest over the components
 */
@SuppressWarnings("ArrayRecordComponent") // equals compares the bytes
record PathKey(byte[] bytes) implements Comparable<PathKey> {
  static final int LENGTH = 16;

  /** Documents of one origin name the same things, and a digest takes its time. */
  private static final Map<Step, PathKey> KNOWN = new ConcurrentHashMap<>();

  private static final int MOST_KNOWN = 10_000;
  private static final int MOST_CHARACTERS = 100;

  /** The document itself. */
  static final PathKey ROOT = new PathKey(new byte[LENGTH]);

  /** The field with this name of an object here, or of an object in a list here. */
  PathKey child(String name) {
    Step step = new Step(this, name);
    PathKey known = KNOWN.get(step);
    if (known != null) {
      return known;
    }
    PathKey child = digest(name);
    if (name.length() <= MOST_CHARACTERS) {
      if (KNOWN.size() >= MOST_KNOWN) {
        KNOWN.clear(); // else names that were sent once would keep out those that come daily
      }
      KNOWN.put(step, child);
    }
    return child;
  }

  /** With an order, since whoever sends a document chooses the hash codes of its names. */
  private record Step(PathKey from, String name) implements Comparable<Step> {
    @Override
    public int compareTo(Step other) {
      int names = name.compareTo(other.name);
      return names != 0 ? names : from.compareTo(other.from);
    }
  }

  private PathKey digest(String name) {
    MessageDigest digest = Digests.sha256();
    digest.update(bytes);
    return new PathKey(Arrays.copyOf(digest.digest(ValueKey.utf8(name)), LENGTH));
  }

  /** A list in a list here. No path has an empty name. */
  PathKey nested() {
    return child("");
  }

  /** The path with these names, none of them an index. */
  static PathKey of(List<String> names) {
    PathKey path = ROOT;
    for (String name : names) {
      path = path.child(name);
    }
    return path;
  }

  /** Whether a path can reach a field of this name. */
  static boolean isReachable(String name) {
    return !name.isEmpty() && name.indexOf('.') < 0;
  }

  /** The path's bytes with a value's after them. */
  byte[] with(byte[] value) {
    byte[] all = Arrays.copyOf(bytes, LENGTH + value.length);
    System.arraycopy(value, 0, all, LENGTH, value.length);
    return all;
  }

  @Override
  public int compareTo(PathKey other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof PathKey path && Arrays.equals(bytes, path.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes);
  }
}
