package io.modelsplitter.registry.embedded;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * All documents in the order of several keys: along the index of the first one, and where some
 * share it, by the other keys among these.
 *
 * @param <T> what a row holds
 */
final class RunWalk<T> implements Source<T> {
  private final IndexWalk<T> walk;
  private final BiFunction<Plan, byte[], Source<T>> sorted;
  private final Function<Row<?>, Place> toPlace;
  private final Comparator<Place> comparator;

  /**
   * @param sorted what of a plan has a first key, in the order of all keys
   */
  RunWalk(IndexWalk<T> walk, SortOrder order, BiFunction<Plan, byte[], Source<T>> sorted) {
    this.walk = walk;
    this.sorted = sorted;
    this.toPlace = order.places();
    this.comparator = order.comparator();
  }

  /** A long run is gone through for each page. */
  @Override
  public boolean isQuick() {
    return false;
  }

  @Override
  public Page<T> next(@Nullable Place after, int count) {
    if (after != null) {
      Page<T> rest = run(after.keys().get(0), after, count);
      if (!rest.places().isEmpty()) {
        return new Page<>(rest.places(), false, rest.rows());
      }
    }
    Place from = walk.beyond(after);
    while (true) {
      Page<T> ahead = walk.next(from, RowReader.BATCH_ROWS);
      if (ahead.places().isEmpty()) {
        return Page.end();
      }
      Place end = ahead.places().get(ahead.places().size() - 1);
      byte[] last = end.keys().get(0);
      List<Place> places = new ArrayList<>();
      for (Place place : ahead.places()) {
        // Of the last run the walk may not have seen all.
        Row<T> row = ahead.rows().get(place.number()); // null where it has gone meanwhile
        if (row != null && (ahead.isLast() || !Arrays.equals(place.keys().get(0), last))) {
          Place whole = toPlace.apply(row);
          if (Arrays.equals(whole.keys().get(0), place.keys().get(0))) {
            places.add(whole);
          } // else it was changed since the walk, and is met at its new place
        }
      }
      if (!places.isEmpty()) {
        places.sort(comparator);
        return new Page<>(places, ahead.isLast(), ahead.rows());
      }
      Page<T> run = run(last, null, count);
      if (!run.places().isEmpty()) {
        return new Page<>(run.places(), false, run.rows());
      }
      from = walk.beyond(end);
    }
  }

  /** Of the documents that share the first key, those after a place. */
  private Page<T> run(byte[] key, @Nullable Place after, int count) {
    return sorted.apply(walk.run(key), key).next(after, count);
  }
}
