package io.modelsplitter.registry.embedded;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.result.ResultIterator;
import org.jspecify.annotations.Nullable;

/**
 * Reads the rows of a table, no more at once than fit into memory: one row can have megabytes.
 *
 * @param <T> what a row holds
 */
final class RowReader<T> {
  /** So many rows are read at once at most. */
  static final int BATCH_ROWS = 256;

  static final long BATCH_CHARACTERS = 8L << 20;

  private final Database database;
  private final DocumentTable table;
  private final RowMapper<Row<T>> mapper;
  private @Nullable ShapesView unchecked;

  /**
   * A reader for one query.
   *
   * @param shapes what the query was planned with, to be checked when the first rows are read
   */
  RowReader(
      Database database,
      DocumentTable table,
      RowMapper<Row<T>> mapper,
      @Nullable ShapesView shapes) {
    this.database = database;
    this.table = table;
    this.mapper = mapper;
    this.unchecked = shapes;
  }

  /** The query was planned with shapes that are out of date; nothing was handed over yet. */
  static final class StaleException extends RuntimeException {
    StaleException() {
      super(null, null, false, false);
    }
  }

  /**
   * The rows of places in one go with the places.
   *
   * @param places a {@code SELECT} of {@code document} and perhaps {@code seek_key}
   * @param order of what is selected
   * @param count how many it was asked for, no more than {@link #BATCH_ROWS}
   * @throws StaleException when the shapes are not what they were
   */
  Source.Page<T> page(Sql places, boolean hasKey, String order, int count) {
    ShapesView shapes = unchecked;
    String generation =
        shapes == null
            ? ""
            : ", (SELECT generation FROM " + table.shapeGeneration() + ") AS generation";
    String columns = "placed.document" + (hasKey ? ", placed.seek_key" : "") + generation;
    String from =
        ("(" + places.text() + ") placed JOIN " + table.name() + " r")
            + (" ON r." + table.number() + " = placed.document");
    String sql = select(columns, from, order);
    Source.Page<T> page = database.run(handle -> page(handle, sql, places, hasKey, count));
    if (shapes != null
        && page.places().isEmpty()
        && ShapesView.generation(database, table) != shapes.generation()) {
      throw new StaleException();
    }
    unchecked = null;
    return page;
  }

  /** Rows with more columns, in an order of these; no more than fit into memory. */
  private String select(String columns, String from, String order) {
    String size = database.dialect().sizeOf(table);
    if (size.isEmpty()) {
      return "SELECT r.*, " + columns + " FROM " + from + " ORDER BY " + order;
    }
    return ("SELECT * FROM (SELECT r.*, " + columns + ", SUM(" + size + ") OVER (ORDER BY " + order)
        + (" ROWS UNBOUNDED PRECEDING) - (" + size + ") AS size_before FROM " + from)
        + (") sized WHERE size_before < " + BATCH_CHARACTERS + " ORDER BY " + order);
  }

  private Source.Page<T> page(Handle handle, String sql, Sql places, boolean hasKey, int count) {
    List<Place> read = new ArrayList<>();
    Map<Long, Row<T>> rows = new HashMap<>();
    long characters = 0;
    try (ResultIterator<Row<T>> result =
        handle
            .createQuery(sql)
            .bindMap(places.bindings())
            .map(
                (set, context) -> {
                  if (unchecked != null && set.getLong("generation") != unchecked.generation()) {
                    throw new StaleException();
                  }
                  Row<T> row = mapper.map(set, context);
                  read.add(
                      hasKey
                          ? keyed(set.getBytes("seek_key"), row.number())
                          : Place.of(row.number()));
                  return row;
                })
            .iterator()) {
      while (result.hasNext() && characters < BATCH_CHARACTERS) {
        Row<T> row = result.next();
        rows.put(row.number(), row);
        characters += row.characters();
      }
      boolean isCut = characters >= BATCH_CHARACTERS || result.hasNext();
      boolean isLast = !isCut && rows.size() < count;
      return new Source.Page<>(read.subList(0, rows.size()), isLast, rows);
    }
  }

  /** A place by the value that an entry's key ends with. */
  static Place keyed(byte[] key, long number) {
    return new Place(List.of(Arrays.copyOfRange(key, PathKey.LENGTH, key.length)), number);
  }

  /**
   * The rows with these numbers, the first ones of them where they are too large for all; answers
   * the rows that are still there, and adds every number that was looked at.
   */
  Map<Long, Row<T>> rows(List<Long> numbers, List<Long> looked) {
    return database.run(handle -> rows(handle, numbers, looked));
  }

  private Map<Long, Row<T>> rows(Handle handle, List<Long> numbers, List<Long> looked) {
    String from =
        "UNNEST(:numbers) WITH ORDINALITY AS wanted(n, place) JOIN "
            + (table.name() + " r ON r." + table.number() + " = wanted.n");
    Map<Long, Row<T>> rows = new HashMap<>();
    long characters = 0;
    long last = 0;
    try (ResultIterator<Row<T>> result =
        handle
            .createQuery(select("wanted.place", from, "place"))
            .bind("numbers", numbers.toArray(new Long[0]))
            .map(mapper)
            .iterator()) {
      while (result.hasNext() && characters < BATCH_CHARACTERS) {
        Row<T> row = result.next();
        rows.put(row.number(), row);
        characters += row.characters();
        last = row.number();
      }
    }
    boolean isCut = characters >= BATCH_CHARACTERS;
    looked.addAll(isCut ? numbers.subList(0, numbers.indexOf(last) + 1) : numbers);
    return rows;
  }
}
