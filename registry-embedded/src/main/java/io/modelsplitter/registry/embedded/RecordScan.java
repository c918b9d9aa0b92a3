package io.modelsplitter.registry.embedded;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads the documents of a {@link Source} batch by batch and hands over those that match, so that
 * neither the rows nor a connection are held while somebody slow takes them.
 *
 * @param <T> what a row holds
 */
final class RecordScan<T> {
  private static final long PAGE_CHARACTERS = 16L << 20;
  private static final int MAX_PLACES = 65_536;

  private final RowReader<T> reader;
  private final Source<T> source;
  private final Predicate<Row<T>> matches;

  RecordScan(RowReader<T> reader, Source<T> source, Predicate<Row<T>> matches) {
    this.reader = reader;
    this.source = source;
    this.matches = matches;
  }

  /**
   * Hands over the documents that match.
   *
   * @param limit how many at most; 0 for all. A page of large rows ends before its limit, since the
   *     caller may have to hold it
   * @return the place of the last one handed over, when there are more
   */
  Optional<Place> run(int limit, @Nullable Place after, Consumer<? super Row<T>> action) {
    Taker<T> taker = new Taker<>(limit, matches, action);
    Place asked = after;
    // One more than the limit tells whether there are more.
    int wanted = limit > 0 ? Math.min(RowReader.BATCH_ROWS, limit + 1) : RowReader.BATCH_ROWS;
    while (true) {
      Source.Page<T> page = source.next(asked, wanted);
      List<Place> places = page.places();
      boolean goesOn =
          page.rows().isEmpty()
              ? read(places, taker)
              : taker.take(places, page.rows(), page.isMatched());
      if (!goesOn) {
        return Optional.ofNullable(taker.last);
      }
      if (page.isLast()) {
        return Optional.empty();
      }
      asked = places.get(places.size() - 1);
      wanted = source.isQuick() ? RowReader.BATCH_ROWS : (int) Math.min(MAX_PLACES, wanted * 4L);
    }
  }

  /** Reads the rows of the places and hands them over; answers whether more may come. */
  private boolean read(List<Place> places, Taker<T> taker) {
    int from = 0;
    while (from < places.size()) {
      List<Place> some = places.subList(from, Math.min(places.size(), from + RowReader.BATCH_ROWS));
      List<Long> looked = new ArrayList<>();
      Map<Long, Row<T>> rows = reader.rows(some.stream().map(Place::number).toList(), looked);
      if (!taker.take(some.subList(0, looked.size()), rows, false)) {
        return false;
      }
      from += looked.size();
    }
    return true;
  }

  /** Hands over rows until there are enough. */
  private static final class Taker<T> {
    private final int limit;
    private final Predicate<Row<T>> matches;
    private final Consumer<? super Row<T>> action;
    private int given;
    private long characters;
    private @Nullable Place last;

    Taker(int limit, Predicate<Row<T>> matches, Consumer<? super Row<T>> action) {
      this.limit = limit;
      this.matches = matches;
      this.action = action;
    }

    /** Answers whether more may come. The row of a place may have gone meanwhile. */
    boolean take(List<Place> places, Map<Long, Row<T>> rows, boolean isMatched) {
      for (Place place : places) {
        Row<T> row = rows.get(place.number());
        if (row == null || !(isMatched || matches.test(row))) {
          continue;
        }
        boolean isFull =
            given == limit || (given > 0 && characters + row.characters() > PAGE_CHARACTERS);
        if (limit > 0 && isFull) {
          return false;
        }
        action.accept(row);
        given++;
        characters += row.characters();
        last = place;
      }
      return true;
    }
  }
}
