package io.modelsplitter.registry.embedded;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.result.ResultIterator;
import org.jspecify.annotations.Nullable;

/**
 * Reads the documents of a {@link Source} batch by batch and hands over those that match, so that
 * neither the rows nor a connection are held while somebody slow takes them. A batch is bounded in
 * rows and in size, since one row can have megabytes.
 */
final class RecordScan<T> {
  private static final int BATCH_ROWS = 256;
  private static final long BATCH_CHARACTERS = 8L << 20;
  private static final long PAGE_CHARACTERS = 16L << 20;
  private static final int FETCH_ROWS = 64;
  private static final int MAX_PLACES = 65_536;

  private final Database database;
  private final DocumentTable table;
  private final RowMapper<Row<T>> mapper;
  private final Source source;
  private final Predicate<T> matches;

  RecordScan(
      Database database,
      DocumentTable table,
      RowMapper<Row<T>> mapper,
      Source source,
      Predicate<T> matches) {
    this.database = database;
    this.table = table;
    this.mapper = mapper;
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
    Place asked = after;
    Place last = null;
    int given = 0;
    long characters = 0;
    // One more than the limit tells whether there are more.
    int wanted = limit > 0 ? Math.min(BATCH_ROWS, limit + 1) : BATCH_ROWS;
    while (true) {
      Source.Page page = source.next(asked, wanted);
      Deque<Place> places = new ArrayDeque<>(page.places());
      asked = places.peekLast();
      while (!places.isEmpty()) {
        for (Found<T> found : batch(places)) {
          Row<T> row = found.row();
          if (!matches.test(row.value())) {
            continue;
          }
          boolean isFull =
              limit > 0
                  && (given == limit
                      || (given > 0 && characters + row.characters() > PAGE_CHARACTERS));
          if (isFull) {
            return Optional.ofNullable(last);
          }
          action.accept(row);
          given++;
          characters += row.characters();
          last = found.place();
        }
      }
      if (page.isLast() || asked == null) {
        return Optional.empty();
      }
      wanted = source.isQuick() ? BATCH_ROWS : (int) Math.min(MAX_PLACES, wanted * 4L);
    }
  }

  private record Found<T>(Place place, Row<T> row) {}

  /** Takes as many of the places as make a batch; the document of one may have gone meanwhile. */
  private List<Found<T>> batch(Deque<Place> places) {
    Map<Long, Place> some = new LinkedHashMap<>();
    for (Iterator<Place> it = places.iterator(); it.hasNext() && some.size() < BATCH_ROWS; ) {
      Place place = it.next();
      some.put(place.number(), place);
    }
    List<Found<T>> found = new ArrayList<>();
    boolean all = database.inTransaction(handle -> read(handle, some, found));
    Place last = all ? null : found.get(found.size() - 1).place();
    for (int i = 0; i < some.size(); i++) {
      if (places.remove().equals(last)) {
        break;
      }
    }
    return found;
  }

  /** Reads rows in the order of their places; answers whether that is all of them. */
  private boolean read(Handle handle, Map<Long, Place> places, List<Found<T>> found) {
    found.clear(); // the transaction may be here again
    String sql =
        "SELECT r.* FROM UNNEST(:numbers) WITH ORDINALITY AS wanted(n, place) JOIN "
            + (table.name() + " r ON r." + table.number())
            + " = wanted.n ORDER BY wanted.place";
    long characters = 0;
    // In a transaction the fetch size keeps the driver from holding the whole result.
    try (ResultIterator<Row<T>> rows =
        handle
            .createQuery(sql)
            .setFetchSize(FETCH_ROWS)
            .bind("numbers", places.keySet().toArray(new Long[0]))
            .map(mapper)
            .iterator()) {
      while (rows.hasNext()) {
        if (characters >= BATCH_CHARACTERS) {
          return false;
        }
        Row<T> row = rows.next();
        found.add(new Found<>(Objects.requireNonNull(places.get(row.number())), row));
        characters += row.characters();
      }
    }
    return true;
  }
}
