package io.modelsplitter.registry.embedded;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The places of an index where a filter's path may find something. A number in a path is the name
 * of a field, or the index of an element, which an index leaves out, or that of a list within a
 * list; so it leads to more than one place, and not all that is there is meant.
 *
 * @param paths the places
 * @param isExact whether what is there is just what the path reaches
 */
record PathPattern(List<PathKey> paths, boolean isExact) {
  /** With each number in a path there are up to three times as many places. */
  private static final int MAX_PATHS = 81;

  static final PathPattern ROOT = new PathPattern(List.of(PathKey.ROOT), true);

  PathPattern {
    paths = List.copyOf(paths);
  }

  /**
   * The places of a dotted path below these.
   *
   * @return null when there are too many; none when the path cannot reach anything
   */
  @Nullable PathPattern below(String path) {
    PathPattern pattern = this;
    for (String name : path.split("\\.", -1)) {
      if (name.isEmpty()) {
        return new PathPattern(List.of(), true);
      }
      pattern = pattern.child(name);
      if (pattern.paths.size() > MAX_PATHS) {
        return null;
      }
    }
    return pattern;
  }

  /** The places of the elements of a list here, for a path below them. */
  PathPattern elements() {
    Set<PathKey> places = new LinkedHashSet<>(paths);
    paths.forEach(path -> places.add(path.nested()));
    return new PathPattern(List.copyOf(places), false);
  }

  private PathPattern child(String name) {
    boolean mayBeIndex = isIndex(name) && !equals(ROOT);
    Set<PathKey> places = new LinkedHashSet<>();
    for (PathKey path : paths) {
      places.add(path.child(name));
      if (mayBeIndex) {
        places.add(path);
        places.add(path.nested());
      }
    }
    return new PathPattern(List.copyOf(places), isExact && !mayBeIndex);
  }

  static boolean isIndex(String name) {
    return name.chars().allMatch(c -> c >= '0' && c <= '9');
  }
}
