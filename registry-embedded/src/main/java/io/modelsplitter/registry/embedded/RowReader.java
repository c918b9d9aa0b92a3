package io.modelsplitter.registry.embedded;

import io.modelsplitter.error.UnavailableException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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

  /** So large may every row of a batch be; larger ones are read afterwards. */
  static final long SMALL_BYTES = BATCH_CHARACTERS / BATCH_ROWS;

  private static final int ATTEMPTS = 100;

  private final Database database;
  private final DocumentTable table;
  private final Row.Mapper<T> mapper;

  /** An expression for the size of a row, or nothing where large columns need not be left out. */
  private final String size;

  /** Where the number of a place stands: after the row's columns, and before what else is asked. */
  private final int documentColumn;

  private @Nullable ShapesView unchecked;

  /**
   * A reader for one query.
   *
   * @param shapes what the query was planned with, to be checked when the first rows are read
   */
  RowReader(
      Database database, DocumentTable table, Row.Mapper<T> mapper, @Nullable ShapesView shapes) {
    this.database = database;
    this.table = table;
    this.mapper = mapper;
    this.size = database.dialect().sizeOf(table);
    this.documentColumn = table.columns().size() + table.large().size() + 1;
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
    String row = size.isEmpty() ? table.select() : table.selectSmall();
    Sql from =
        hasKey ? Dialect.placed(table, places) : database.dialect().withNumbers(table, places);
    String columns = ", r." + table.number() + " AS document" + (hasKey ? ", placed.seek_key" : "");
    Sql sql =
        new Sql()
            .add("SELECT " + row + columns + generation + " ")
            .add(from)
            .add(" ORDER BY " + order);
    Source.Page<T> page = page(sql, hasKey, count);
    if (shapes != null
        && page.places().isEmpty()
        && ShapesView.generation(database, table) != shapes.generation()) {
      throw new StaleException();
    }
    unchecked = null;
    return page;
  }

  /** Whether the columns that may have been left out are there. */
  private boolean isWhole(ResultSet rows) throws SQLException {
    return size.isEmpty() || rows.getBytes(table.columns().size() + 1) != null;
  }

  /** Large rows are read after the others, and again when they were changed in between. */
  private Source.Page<T> page(Sql sql, boolean hasKey, int count) {
    for (int attempt = 1; ; attempt++) {
      try {
        Map<Long, Long> versions = new HashMap<>();
        Source.Page<T> page = database.query(sql, rows -> page(rows, hasKey, count, versions));
        return versions.isEmpty() ? page : withLarge(page, versions);
      } catch (ChangedException e) {
        if (attempt == ATTEMPTS) {
          throw new UnavailableException("a large record changes faster than it can be read", e);
        }
      }
    }
  }

  private static final class ChangedException extends RuntimeException {
    ChangedException() {
      super(null, null, false, false);
    }
  }

  /** Reads places; of rows that are not small, only the versions. */
  private Source.Page<T> page(ResultSet set, boolean hasKey, int count, Map<Long, Long> versions)
      throws SQLException {
    List<Place> read = new ArrayList<>();
    Map<Long, Row<T>> rows = new HashMap<>();
    long characters = 0;
    while (characters < BATCH_CHARACTERS && set.next()) {
      if (unchecked != null
          && read.isEmpty()
          && set.getLong(documentColumn + (hasKey ? 2 : 1)) != unchecked.generation()) {
        throw new StaleException();
      }
      Place place = take(set, hasKey, rows, versions);
      read.add(place);
      Row<T> row = rows.get(place.number());
      characters += row == null ? 0 : row.characters();
    }
    boolean isLast = characters < BATCH_CHARACTERS && read.size() < count;
    return new Source.Page<>(read, isLast, rows);
  }

  /** Keeps the row, where it is small, and answers its place. */
  private Place take(ResultSet set, boolean hasKey, Map<Long, Row<T>> to, Map<Long, Long> versions)
      throws SQLException {
    long number = set.getLong(documentColumn);
    if (isWhole(set)) {
      to.put(number, mapper.map(set));
    } else {
      versions.put(number, set.getLong(table.columns().indexOf("version") + 1));
    }
    return hasKey ? keyed(set.getBytes(documentColumn + 1), number) : Place.of(number);
  }

  /** The page with its large rows too; it ends before the first one that does not fit. */
  private Source.Page<T> withLarge(Source.Page<T> page, Map<Long, Long> versions) {
    List<Long> large =
        page.places().stream().map(Place::number).filter(versions::containsKey).toList();
    List<Long> looked = new ArrayList<>();
    Map<Long, Row<T>> rows = rows(large, looked);
    for (Row<T> row : rows.values()) {
      if (!Objects.equals(versions.get(row.number()), row.version())) {
        throw new ChangedException(); // it may not be what the index said any more
      }
    }
    page.rows().putAll(rows);
    if (looked.size() == large.size()) {
      return page;
    }
    long left = large.get(looked.size());
    int end = 0;
    while (page.places().get(end).number() != left) {
      end++;
    }
    return new Source.Page<>(page.places().subList(0, end), false, page.rows());
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
    Sql from = new Sql().add("UNNEST(").bind(numbers.toArray(new Long[0]));
    from.add(") WITH ORDINALITY AS wanted(n, place) JOIN " + table.name() + " r");
    from.add(" ON r." + table.number() + " = wanted.n");
    return database.query(whole(from, "place"), set -> rows(set, numbers, looked));
  }

  /** Rows in an order, no more than fit into memory even where the driver holds the answer. */
  private Sql whole(Sql from, String order) {
    if (size.isEmpty()) {
      return new Sql()
          .add("SELECT " + table.select() + " FROM ")
          .add(from)
          .add(" ORDER BY " + order);
    }
    return new Sql()
        .add("SELECT * FROM (SELECT " + table.select() + ", " + order)
        .add(", SUM(" + size + ") OVER (ORDER BY " + order)
        .add(" ROWS UNBOUNDED PRECEDING) - (" + size + ") AS size_before FROM ")
        .add(from)
        .add(") sized WHERE size_before < " + BATCH_CHARACTERS + " ORDER BY " + order);
  }

  private Map<Long, Row<T>> rows(ResultSet set, List<Long> numbers, List<Long> looked)
      throws SQLException {
    Map<Long, Row<T>> rows = new HashMap<>();
    long characters = 0;
    long last = 0;
    while (characters < BATCH_CHARACTERS && set.next()) {
      Row<T> row = mapper.map(set);
      rows.put(row.number(), row);
      characters += row.characters();
      last = row.number();
    }
    boolean isCut = characters >= BATCH_CHARACTERS;
    looked.addAll(isCut ? numbers.subList(0, numbers.indexOf(last) + 1) : numbers);
    return rows;
  }
}
