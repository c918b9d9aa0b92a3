package io.modelsplitter.registry.embedded;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.UnavailableException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.core.api.exception.FlywayValidateException;

/** Makes the tables, or brings those of an older version up to date. */
final class Schema {
  private static final String ROOT = "classpath:io/modelsplitter/registry/embedded/schema/";

  private static final String HISTORY = "model_splitter_schema";

  private Schema() {}

  static void migrate(DataSource dataSource, Dialect dialect) {
    try {
      prepare(dataSource, dialect);
      configure(dataSource, dialect).load().migrate();
    } catch (FlywayValidateException e) {
      throw new BadInputException(
          "the registry's tables were made by another version of model-splitter, probably a newer"
              + " one; use that version: "
              + firstLine(e),
          e);
    } catch (FlywayException e) {
      throw new UnavailableException("cannot make the registry's tables: " + firstLine(e), e);
    }
  }

  private static void prepare(DataSource dataSource, Dialect dialect) {
    try (Connection connection = dataSource.getConnection()) {
      if (dialect == Dialect.H2) {
        finishWhatWasStopped(connection);
      }
      if (has(connection, HISTORY)) {
        SchemaChecksums.renew(connection, HISTORY);
      }
    } catch (SQLException e) {
      throw new UnavailableException("cannot make the registry's tables: " + firstLine(e), e);
    }
  }

  /**
   * H2 cannot take back a migration that was stopped half-way, because the process was killed or
   * the disk was full. Each can begin again when what was left whole is in its place and Flyway
   * does not remember that it failed.
   */
  private static void finishWhatWasStopped(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      if (has(connection, "MODEL_LAYER_READY")) {
        statement.execute("DROP TABLE IF EXISTS model_layer");
        statement.execute("ALTER TABLE model_layer_ready RENAME TO model_layer");
      }
      if (has(connection, HISTORY)) {
        statement.execute("DELETE FROM \"" + HISTORY + "\" WHERE \"success\" = FALSE");
      }
    }
  }

  private static boolean has(Connection connection, String table) throws SQLException {
    try (ResultSet tables =
        connection.getMetaData().getTables(null, connection.getSchema(), table, null)) {
      return tables.next();
    }
  }

  static FluentConfiguration configure(DataSource dataSource, Dialect dialect) {
    return Flyway.configure(Schema.class.getClassLoader())
        .dataSource(dataSource)
        .locations(ROOT + "common", ROOT + dialect.folder)
        .placeholders(
            Map.of(
                "binary", dialect.binary,
                "bytes", dialect.bytes,
                "if_absent", dialect.ifAbsent))
        .table(HISTORY)
        .baselineOnMigrate(true) // the schema may hold the user's own tables
        .baselineVersion("0")
        .ignoreMigrationPatterns(new String[0]); // by default a newer schema is taken as it is
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }
}
