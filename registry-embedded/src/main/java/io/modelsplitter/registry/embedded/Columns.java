package io.modelsplitter.registry.embedded;

import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * The columns of the row that is at hand, one after the other as {@link DocumentTable#select}
 * orders them. By its name a driver would look for each of them in each row.
 */
final class Columns {
  private final ResultSet rows;
  private int last;

  Columns(ResultSet rows) {
    this.rows = rows;
  }

  String text() throws SQLException {
    return rows.getString(++last);
  }

  int integer() throws SQLException {
    return rows.getInt(++last);
  }

  long number() throws SQLException {
    return rows.getLong(++last);
  }

  /** Whether there is a number. */
  boolean isThere() throws SQLException {
    long unused = rows.getLong(++last);
    return !rows.wasNull();
  }
}
