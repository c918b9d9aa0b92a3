package io.modelsplitter.registry.embedded;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the documents lie that may match a query, in the order in which they are wanted. */
interface Source {

  /**
   * Some of the places in their order.
   *
   * @param isLast whether there are no more after them
   */
  record Page(List<Place> places, boolean isLast) {

    /** A page that was asked for so many. */
    static Page of(List<Place> places, int count) {
      return new Page(places, places.size() < count);
    }
  }

  /** The places after this one, or from the start on; at least one unless it is the last page. */
  Page next(@Nullable Place after, int count);

  /**
   * Whether asking for a few places costs as little as they are. Otherwise each call goes through
   * all that may match, so that it should be for many.
   */
  boolean isQuick();
}
