package io.modelsplitter.registry.embedded;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Documents in an order that no index has: each page is the least places after the last one, for
 * which all documents are read. The places are held, and as many rows as fit into memory.
 *
 * @param <T> what a row holds
 */
final class Selection<T> implements Source<T> {
  /** A page of more places than this is not held. */
  private static final int MAX_PLACES = 10_000;

  private final RecordScan<T> documents;
  private final Comparator<Place> comparator;
  private final Function<Row<?>, Place> toPlace;
  private final boolean isMatched;

  /**
   * @param documents what is to be sorted
   * @param isMatched whether an index found these documents, as they were read, and no others
   */
  Selection(RecordScan<T> documents, SortOrder order, boolean isMatched) {
    this.documents = documents;
    this.comparator = order.comparator();
    this.toPlace = order.places();
    this.isMatched = isMatched;
  }

  @Override
  public boolean isQuick() {
    return false;
  }

  @Override
  public Page<T> next(@Nullable Place after, int count) {
    int size = Math.min(count, MAX_PLACES);
    TreeSet<Place> least = new TreeSet<>(comparator);
    Map<Long, Row<T>> rows = new HashMap<>();
    long[] characters = {0};
    boolean[] isLast = {true};
    documents.run(
        0,
        null,
        row -> {
          Place place = toPlace.apply(row);
          if (after != null && comparator.compare(place, after) <= 0) {
            return;
          }
          least.add(place);
          if (characters[0] >= 0) {
            rows.put(row.number(), row);
            characters[0] += row.characters();
          }
          if (least.size() > size) {
            Row<T> beyond = rows.remove(least.pollLast().number());
            characters[0] -= beyond == null ? 0 : beyond.characters();
            isLast[0] = false;
          }
          if (characters[0] > RowReader.BATCH_CHARACTERS) {
            rows.clear();
            characters[0] = -1; // too large to hold any
          }
        });
    boolean isHeld = rows.size() == least.size();
    return new Page<>(new ArrayList<>(least), isLast[0], isHeld ? rows : Map.of())
        .matched(isMatched && isHeld);
  }
}
