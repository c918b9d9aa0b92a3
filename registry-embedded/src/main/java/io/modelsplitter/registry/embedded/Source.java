package io.modelsplitter.registry.embedded;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the documents lie that may match a query, in the order in which they are wanted.
 *
 * @param <T> what a row holds
 */
interface Source<T> {

  /**
   * Some of the places in their order.
   *
   * @param isLast whether there are no more after them
   * @param rows those of the rows that were read on the way, by their numbers
   * @param isMatched whether an index found the rows that match and no others
   */
  record Page<T>(List<Place> places, boolean isLast, Map<Long, Row<T>> rows, boolean isMatched) {

    Page(List<Place> places, boolean isLast, Map<Long, Row<T>> rows) {
      this(places, isLast, rows, false);
    }

    Page<T> matched(boolean matched) {
      return new Page<>(places, isLast, rows, matched);
    }

    /** A page of places only, which was asked for so many. */
    static <T> Page<T> of(List<Place> places, int count) {
      return new Page<>(places, places.size() < count, Map.of());
    }

    /** The end. */
    static <T> Page<T> end() {
      return new Page<>(List.of(), true, Map.of());
    }
  }

  /** The places after this one, or from the start on; at least one unless it is the last page. */
  Page<T> next(@Nullable Place after, int count);

  /**
   * Whether asking for a few places costs as little as they are. Otherwise each call goes through
   * all that may match, so that it should be for many.
   */
  boolean isQuick();
}
