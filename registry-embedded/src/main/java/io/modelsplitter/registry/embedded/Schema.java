package io.modelsplitter.registry.embedded;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.UnavailableException;
import java.util.Map;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.core.api.exception.FlywayValidateException;

/** Makes the tables, or brings those of an older version up to date. */
final class Schema {
  private static final String ROOT = "classpath:io/modelsplitter/registry/embedded/schema/";

  private Schema() {}

  static void migrate(DataSource dataSource, Dialect dialect) {
    try {
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

  static FluentConfiguration configure(DataSource dataSource, Dialect dialect) {
    return Flyway.configure(Schema.class.getClassLoader())
        .dataSource(dataSource)
        .locations(ROOT + "common", ROOT + dialect.folder)
        .placeholders(Map.of("binary", dialect.binary, "bytes", dialect.bytes))
        .table("model_splitter_schema")
        .baselineOnMigrate(true) // the schema may hold the user's own tables
        .baselineVersion("0")
        .ignoreMigrationPatterns(new String[0]); // by default a newer schema is taken as it is
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }
}
