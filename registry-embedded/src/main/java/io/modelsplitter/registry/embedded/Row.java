package io.modelsplitter.registry.embedded;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/**
 * A row that was read. Its text is parsed only when somebody asks for what it holds, since a query
 * may look at many rows of which it hands over a few. For one thread.
 *
 * @param <T> what a row holds
 */
final class Row<T> {
  private final long number;
  private final long version;
  private final boolean isIndexed;
  private final Content<T> content;
  private @Nullable T value;

  /**
   * @param number its place in the order in which rows came
   * @param version counts its changes
   * @param isIndexed whether it does not wait to be indexed
   */
  Row(long number, long version, boolean isIndexed, Content<T> content) {
    this.number = number;
    this.version = version;
    this.isIndexed = isIndexed;
    this.content = content;
  }

  /**
   * Reads the row that is at hand.
   *
   * @param <T> what a row holds
   */
  interface Mapper<T> extends RowMapper<Row<T>> {
    /**
     * The row, whose text is not parsed yet.
     *
     * @param rows begin with {@link DocumentTable#select}
     */
    Row<T> map(ResultSet rows) throws SQLException;

    @Override
    default Row<T> map(ResultSet rows, StatementContext context) throws SQLException {
      return map(rows);
    }
  }

  /** The columns of a row. */
  interface Content<T> {
    /** What the row holds. */
    T read();

    /**
     * The row's document, of which other fields than those along the path may be left out.
     *
     * @param path the components of a path
     */
    Map<String, ?> along(String[] path);

    /** About how large the row is. */
    long characters();
  }

  long number() {
    return number;
  }

  long version() {
    return version;
  }

  boolean isIndexed() {
    return isIndexed;
  }

  /** What the row holds. */
  T value() {
    T known = value;
    if (known == null) {
      known = content.read();
      value = known;
    }
    return known;
  }

  Map<String, ?> along(String[] path) {
    return content.along(path);
  }

  long characters() {
    return content.characters();
  }
}
