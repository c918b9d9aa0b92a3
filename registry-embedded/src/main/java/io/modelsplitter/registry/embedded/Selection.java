package io.modelsplitter.registry.embedded;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a plan finds, in an order that no index has: each page is the least places after the last
 * one, for which all documents are read. Only the places are held.
 *
 * @param <T> what a row holds
 */
final class Selection<T> implements Source {
  /** A page of more places than this is not held. */
  private static final int MAX_PLACES = 10_000;

  private final RecordScan<T> documents;
  private final SortOrder order;
  private final Documents<T> reader;

  /** Tells the place of a row. */
  interface Documents<T> {
    Place place(Row<T> row);
  }

  Selection(RecordScan<T> documents, SortOrder order, Documents<T> reader) {
    this.documents = documents;
    this.order = order;
    this.reader = reader;
  }

  @Override
  public boolean isQuick() {
    return false;
  }

  @Override
  public Page next(@Nullable Place after, int count) {
    int size = Math.min(count, MAX_PLACES);
    Comparator<Place> comparator = order.comparator();
    TreeSet<Place> least = new TreeSet<>(comparator);
    boolean[] isLast = {true};
    documents.run(
        0,
        null,
        row -> {
          Place place = reader.place(row);
          if (after == null || comparator.compare(place, after) > 0) {
            least.add(place);
          }
          if (least.size() > size) {
            least.pollLast();
            isLast[0] = false;
          }
        });
    return new Page(new ArrayList<>(least), isLast[0]);
  }
}
