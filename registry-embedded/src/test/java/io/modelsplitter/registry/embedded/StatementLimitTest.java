package io.modelsplitter.registry.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.modelsplitter.Await;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.registry.Deadline;
import io.modelsplitter.registry.NewTask;
import io.modelsplitter.registry.Task;
import io.modelsplitter.registry.TaskChange;
import io.modelsplitter.registry.TaskQuery;
import io.modelsplitter.registry.TaskRegistry;
import io.modelsplitter.registry.TaskStatus;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.h2.jdbc.JdbcStatement;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.StatementCustomizer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the database would do for minutes ends with its deadline. */
@Timeout(60)
class StatementLimitTest {
  /** Would take weeks. */
  private static final String H2_LONG =
      "SELECT COUNT(*) FROM SYSTEM_RANGE(1, 10000000) a, SYSTEM_RANGE(1, 10000000) b";

  private static HikariDataSource h2() {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl("jdbc:h2:mem:" + UUID.randomUUID());
    config.setUsername("sa");
    config.setMaximumPoolSize(2);
    config.setConnectionInitSql("SET QUERY_TIMEOUT 77000");
    return new HikariDataSource(config);
  }

  private static void runLong(Database database, String sql) {
    UnavailableException e =
        assertThrows(
            UnavailableException.class,
            () ->
                Deadline.within(
                    Duration.ofMillis(500),
                    () ->
                        database.run(handle -> handle.createQuery(sql).mapTo(String.class).one())));
    assertTrue(String.valueOf(e.getMessage()).contains("took too long"), e::getMessage);
  }

  @Test
  void longStatement_onH2_isStoppedAndLeavesTheConnectionAsItWas() throws SQLException {
    try (HikariDataSource pool = h2()) {
      Database database = Database.open(pool);
      runLong(database, H2_LONG);
      assertEquals(
          "1", database.run(handle -> handle.createQuery("SELECT 1").mapTo(String.class).one()));
      try (Connection one = pool.getConnection();
          Connection other = pool.getConnection()) {
        assertEquals("77000", limit(one));
        assertEquals("77000", limit(other));
      }
    }
  }

  /** What H2 calls: a function that ends when its statement is told to stop, and goes on. */
  public static final class Stopped {
    private static volatile @Nullable JdbcStatement statement;

    private Stopped() {}

    public static int await() {
      JdbcStatement awaited = statement;
      if (awaited != null) {
        Await.until(awaited::isCancelled, "the statement is told to stop");
      }
      statement = null; // the next one is not stopped
      return 1;
    }

    static void by(PreparedStatement running) throws SQLException {
      statement = running.unwrap(JdbcStatement.class);
    }
  }

  @Test
  void statement_stoppedWhenItIsDone_leavesTheNextOneAlone() throws SQLException {
    // H2 looks every 128 rows whether it is to stop, so not after the last of these.
    String sql =
        "SELECT SUM(CASE WHEN X = 1000 THEN STOPPED() ELSE 0 END) FROM SYSTEM_RANGE(1, 1000)";
    try (HikariDataSource pool = h2();
        Connection connection = pool.getConnection()) {
      try (Statement statement = connection.createStatement()) {
        statement.execute("CREATE ALIAS STOPPED FOR '" + Stopped.class.getName() + ".await'");
      }
      try (PreparedStatement statement = connection.prepareStatement(sql)) {
        Stopped.by(statement);
        int direct = Deadline.within(Duration.ofMillis(200), () -> limited(statement, sql));
        assertEquals(1, direct);
      }
      assertEquals(1, one(connection, sql));
      Jdbi jdbi = Jdbi.create(connection);
      jdbi.getConfig(SqlStatements.class).addCustomizer(new StatementLimit());
      StatementCustomizer captured =
          new StatementCustomizer() {
            @Override
            public void beforeExecution(PreparedStatement statement, StatementContext context)
                throws SQLException {
              Stopped.by(statement);
            }
          };
      int byJdbi =
          Deadline.within(
              Duration.ofMillis(200),
              () ->
                  jdbi.withHandle(
                      handle ->
                          handle
                              .createQuery(sql)
                              .addCustomizer(captured)
                              .mapTo(Integer.class)
                              .one()));
      assertEquals(1, byJdbi);
      assertEquals(1, one(connection, sql));
    }
  }

  private static int limited(PreparedStatement statement, String sql) throws SQLException {
    StatementLimit.Running running = StatementLimit.begin(statement, sql);
    try {
      return one(statement);
    } finally {
      running.end();
    }
  }

  private static int one(Connection connection, String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      return one(statement);
    }
  }

  private static int one(PreparedStatement statement) throws SQLException {
    try (ResultSet rows = statement.executeQuery()) {
      assertTrue(rows.next());
      return rows.getInt(1);
    }
  }

  private static String limit(Connection connection) throws SQLException {
    return H2Settings.get(connection, "QUERY_TIMEOUT");
  }

  @Test
  void longStatement_onPostgres_isStopped() {
    Database database = Database.open(RealPostgres.newDatabase());
    runLong(database, "SELECT pg_sleep(600)");
    assertEquals(
        "1", database.run(handle -> handle.createQuery("SELECT 1").mapTo(String.class).one()));
  }

  @Test
  void update_ofARowThatSomebodyHolds_isUndoneWhole() throws SQLException {
    try (HikariDataSource dataSource = RealPostgres.newPool()) {
      TaskRegistry tasks = EmbeddedRegistry.open(dataSource).tasks();
      Task task = tasks.create(NewTask.of("model_splits", Map.of()));
      TaskChange change = TaskChange.status(TaskStatus.IN_PROGRESS, Map.of("n", 1));
      try (Connection connection = dataSource.getConnection();
          Statement statement = connection.createStatement()) {
        connection.setAutoCommit(false);
        statement.execute("SELECT * FROM task FOR UPDATE");
        assertThrows(
            UnavailableException.class,
            () ->
                Deadline.within(Duration.ofMillis(500), () -> tasks.update(task.taskId(), change)));
        connection.rollback();
      }
      assertEquals(task, tasks.get(task.taskId()));
      assertEquals(
          Map.of("n", 1),
          Deadline.within(Duration.ofMinutes(1), () -> tasks.update(task.taskId(), change))
              .taskStatusData());
    }
  }

  @Test
  void call_afterTheDeadline_isNotBegun() {
    TaskRegistry tasks = EmbeddedRegistry.open(RealPostgres.newDatabase()).tasks();
    assertThrows(
        UnavailableException.class,
        () ->
            Deadline.within(
                Duration.ZERO, () -> tasks.create(NewTask.of("model_splits", Map.of()))));
    assertEquals(0, tasks.query(TaskQuery.all()).size());
  }
}
