package io.modelsplitter.registry.embedded;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import org.jspecify.annotations.Nullable;

/** The kinds of values that statements have as parameters. */
final class Parameters {

  private Parameters() {}

  /**
   * Sets one.
   *
   * @param place from 1
   */
  static void bind(PreparedStatement statement, Dialect dialect, int place, @Nullable Object value)
      throws SQLException {
    if (value == null) {
      statement.setNull(place, Types.BIGINT); // only numbers may be missing
    } else if (value instanceof String text) {
      statement.setString(place, text);
    } else if (value instanceof Long number) {
      statement.setLong(place, number);
    } else if (value instanceof Integer number) {
      statement.setInt(place, number);
    } else if (value instanceof byte[] key) {
      statement.setBytes(place, key);
    } else if (value instanceof byte[][] keys) {
      array(statement, place, dialect.bytesElement, keys);
    } else if (value instanceof Integer[] numbers) {
      array(statement, place, "integer", numbers);
    } else if (value instanceof String[] texts) {
      array(statement, place, "varchar", texts);
    } else if (value instanceof Long[] numbers) {
      array(statement, place, "bigint", numbers);
    } else {
      throw new IllegalArgumentException("no parameter can be a " + value.getClass());
    }
  }

  private static void array(PreparedStatement statement, int place, String type, Object[] values)
      throws SQLException {
    statement.setArray(place, statement.getConnection().createArrayOf(type, values));
  }
}
