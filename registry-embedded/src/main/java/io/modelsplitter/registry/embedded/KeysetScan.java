package io.modelsplitter.registry.embedded;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;

/**
 * Reads a table batch by batch, each beginning where the last one ended, so that neither the rows
 * nor a connection are held while somebody slow takes them.
 */
final class KeysetScan<T> {
  private static final int BATCH = 256;

  private final Database database;
  private final String select;
  private final ColumnFilter filter;
  private final Keyset keyset;
  private final RowMapper<T> mapper;
  private final Predicate<T> matches;
  private final Function<T, List<Object>> keyValues;

  /**
   * @param select the statement up to its {@code WHERE}
   * @param matches what the filter's SQL does not answer
   * @param keyValues a row's values of the keyset's columns
   */
  KeysetScan(
      Database database,
      String select,
      ColumnFilter filter,
      Keyset keyset,
      RowMapper<T> mapper,
      Predicate<T> matches,
      Function<T, List<Object>> keyValues) {
    this.database = database;
    this.select = select;
    this.filter = filter;
    this.keyset = keyset;
    this.mapper = mapper;
    this.matches = matches;
    this.keyValues = keyValues;
  }

  /**
   * Hands over the rows that match.
   *
   * @param limit how many at most; 0 for all
   * @return the place of the last row handed over, when there are more
   */
  Optional<String> run(int limit, @Nullable String after, Consumer<? super T> action) {
    Map<String, Object> place = after == null ? Map.of() : keyset.bindings(after);
    T last = null;
    int given = 0;
    while (true) {
      // One more than the limit tells whether there are more.
      int size = limit > 0 && filter.isExact() ? (int) Math.min(BATCH, limit - given + 1L) : BATCH;
      Map<String, Object> from = place;
      List<T> batch = database.run(handle -> batch(handle, from, size));
      for (T row : batch) {
        if (!matches.test(row)) {
          continue;
        }
        if (last != null && limit > 0 && given == limit) {
          return Optional.of(keyset.cursor(keyValues.apply(last)));
        }
        action.accept(row);
        given++;
        last = row;
      }
      if (batch.size() < size) {
        return Optional.empty();
      }
      place = keyset.bindings(keyset.cursor(keyValues.apply(batch.get(batch.size() - 1))));
    }
  }

  private List<T> batch(Handle handle, Map<String, Object> place, int size) {
    List<String> clauses = new ArrayList<>(filter.clauses());
    Map<String, Object> bindings = new LinkedHashMap<>(filter.bindings());
    if (!place.isEmpty()) {
      clauses.add(keyset.afterClause());
      bindings.putAll(place);
    }
    String where = clauses.isEmpty() ? "" : " WHERE " + String.join(" AND ", clauses);
    String sql = select + where + " ORDER BY " + keyset.orderBy() + " LIMIT " + size;
    return handle.createQuery(sql).bindMap(bindings).map(mapper).list();
  }
}
