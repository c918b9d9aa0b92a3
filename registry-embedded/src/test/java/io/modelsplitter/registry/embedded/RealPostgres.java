package io.modelsplitter.registry.embedded;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/** A real PostgreSQL for each process of tests, with a database for each test that asks. */
final class RealPostgres {
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

  static DataSource newDatabase() {
    return SERVER.getDatabase("postgres", createDatabase());
  }

  /** With a pool, for tests of many statements, which close it. */
  static HikariDataSource newPool() {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(newDatabaseUrl());
    config.setUsername("postgres");
    config.setMaximumPoolSize(4);
    return new HikariDataSource(config);
  }

  static String newDatabaseUrl() {
    return SERVER.getJdbcUrl("postgres", createDatabase());
  }

  private static String createDatabase() {
    String name = "test" + DATABASES.incrementAndGet();
    try (Connection connection = SERVER.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + name);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return name;
  }
}
