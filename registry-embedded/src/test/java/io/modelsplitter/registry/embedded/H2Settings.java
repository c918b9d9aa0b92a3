package io.modelsplitter.registry.embedded;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** What H2 tells of itself. */
final class H2Settings {
  private H2Settings() {}

  /** The value of a setting, or of one of the counters that H2 lists among these. */
  static String get(Connection connection, String name) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT SETTING_VALUE FROM INFORMATION_SCHEMA.SETTINGS WHERE SETTING_NAME = ?")) {
      statement.setString(1, name);
      try (ResultSet rows = statement.executeQuery()) {
        assertTrue(rows.next(), name);
        return rows.getString(1);
      }
    }
  }
}
