package io.modelsplitter.registry.embedded;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.result.ResultIterator;
import org.jspecify.annotations.Nullable;

/**
 * Reads a table batch by batch, each beginning where the last one ended, so that neither the rows
 * nor a connection are held while somebody slow takes them. A batch is bounded in rows and in size,
 * since one row can have megabytes.
 */
final class KeysetScan<T> {
  private static final int BATCH_ROWS = 256;
  private static final long BATCH_CHARACTERS = 8L << 20;
  private static final long PAGE_CHARACTERS = 16L << 20;
  private static final int FETCH_ROWS = 16;

  private final Database database;
  private final String select;
  private final ColumnFilter filter;
  private final Keyset keyset;
  private final RowMapper<Row<T>> mapper;
  private final Predicate<T> matches;

  /**
   * A row that was read.
   *
   * @param value what it holds
   * @param keys its values of the keyset's columns
   * @param characters about how large it is
   */
  record Row<T>(T value, List<Object> keys, long characters) {}

  private record Batch<T>(List<Row<T>> rows, boolean last) {}

  /**
   * @param select the statement up to its {@code WHERE}
   * @param matches what the filter's SQL does not answer
   */
  KeysetScan(
      Database database,
      String select,
      ColumnFilter filter,
      Keyset keyset,
      RowMapper<Row<T>> mapper,
      Predicate<T> matches) {
    this.database = database;
    this.select = select;
    this.filter = filter;
    this.keyset = keyset;
    this.mapper = mapper;
    this.matches = matches;
  }

  /**
   * Hands over the rows that match.
   *
   * @param limit how many at most; 0 for all. A page of large rows ends before its limit, since the
   *     caller may have to hold it
   * @return the place of the last row handed over, when there are more
   */
  Optional<String> run(int limit, @Nullable String after, Consumer<? super T> action) {
    Map<String, Object> place = after == null ? Map.of() : keyset.bindings(after);
    List<Object> lastKeys = List.of();
    int given = 0;
    long characters = 0;
    while (true) {
      // One more than the limit tells whether there are more.
      int size =
          limit > 0 && filter.isExact()
              ? (int) Math.min(BATCH_ROWS, limit - given + 1L)
              : BATCH_ROWS;
      Map<String, Object> from = place;
      Batch<T> batch = database.inTransaction(handle -> batch(handle, from, size));
      for (Row<T> row : batch.rows()) {
        if (!matches.test(row.value())) {
          continue;
        }
        if (limit > 0 && given == limit) {
          return Optional.of(keyset.cursor(lastKeys));
        }
        if (limit > 0 && given > 0 && characters + row.characters() > PAGE_CHARACTERS) {
          return Optional.of(keyset.cursor(lastKeys));
        }
        action.accept(row.value());
        given++;
        characters += row.characters();
        lastKeys = row.keys();
      }
      if (batch.last()) {
        return Optional.empty();
      }
      place = keyset.bindings(batch.rows().get(batch.rows().size() - 1).keys());
    }
  }

  private Batch<T> batch(Handle handle, Map<String, Object> place, int size) {
    List<String> clauses = new ArrayList<>(filter.clauses());
    Map<String, Object> bindings = new LinkedHashMap<>(filter.bindings());
    if (!place.isEmpty()) {
      clauses.add(keyset.afterClause());
      bindings.putAll(place);
    }
    String where = clauses.isEmpty() ? "" : " WHERE " + String.join(" AND ", clauses);
    String sql = select + where + " ORDER BY " + keyset.orderBy() + " LIMIT " + size;
    List<Row<T>> rows = new ArrayList<>();
    long characters = 0;
    // In a transaction the fetch size keeps the driver from holding the whole result.
    try (ResultIterator<Row<T>> result =
        handle.createQuery(sql).setFetchSize(FETCH_ROWS).bindMap(bindings).map(mapper).iterator()) {
      while (result.hasNext() && characters < BATCH_CHARACTERS) {
        Row<T> row = result.next();
        rows.add(row);
        characters += row.characters();
      }
      return new Batch<>(rows, !result.hasNext() && rows.size() < size);
    }
  }
}
