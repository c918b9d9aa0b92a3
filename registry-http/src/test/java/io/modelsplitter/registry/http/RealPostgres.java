package io.modelsplitter.registry.http;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

/** A real PostgreSQL for each process of tests, with a database for each test that asks. */
final class RealPostgres {
  static final String USER = "postgres";

  private static final EmbeddedPostgres SERVER = start();
  private static final AtomicInteger DATABASES = new AtomicInteger();

  private RealPostgres() {}

  private static EmbeddedPostgres start() {
    try {
      return EmbeddedPostgres.start(); // stops with the virtual machine
    } catch (IOException e) {
      throw new IllegalStateException("PostgreSQL does not start", e);
    }
  }

  /** The URL of a new, empty database. */
  static String newDatabaseUrl() {
    String name = "test" + DATABASES.incrementAndGet();
    try (Connection connection = SERVER.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + name);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return SERVER.getJdbcUrl(USER, name);
  }
}
