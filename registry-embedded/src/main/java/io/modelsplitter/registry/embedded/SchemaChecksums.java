package io.modelsplitter.registry.embedded;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/**
 * The checksums of migrations that were written anew, so that they can begin again when they are
 * stopped. What they make is what they made before, so a database of theirs is as good; any other
 * checksum is still refused.
 */
final class SchemaChecksums {

  /** A migration whose text changed, while what it makes did not. */
  record Rewritten(String version, int before, int now) {}

  static final List<Rewritten> REWRITTEN =
      List.of(
          new Rewritten("1", 983_945_298, -1_729_700_724),
          new Rewritten("2", 2_012_016_242, -164_144_565), // that of H2
          new Rewritten("3", -597_136_455, 818_114_145),
          new Rewritten("5", 1_534_618_253, -1_092_138_563),
          new Rewritten("6", -2_129_388_896, -154_433_276)); // that of H2

  private SchemaChecksums() {}

  /** Notes the checksums of today, and writes only where there are older ones. */
  static void renew(Connection connection, String history) throws SQLException {
    String name = "\"" + history + "\"";
    for (Rewritten rewritten : REWRITTEN) {
      if (has(connection, name, rewritten)) {
        try (PreparedStatement update =
            connection.prepareStatement(
                "UPDATE " + name + " SET \"checksum\" = ? WHERE \"version\" = ?")) {
          update.setInt(1, rewritten.now);
          update.setString(2, rewritten.version);
          update.executeUpdate();
        }
      }
    }
  }

  private static boolean has(Connection connection, String name, Rewritten rewritten)
      throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT 1 FROM " + name + " WHERE \"version\" = ? AND \"checksum\" = ?")) {
      query.setString(1, rewritten.version);
      query.setInt(2, rewritten.before);
      try (ResultSet rows = query.executeQuery()) {
        return rows.next();
      }
    }
  }
}
