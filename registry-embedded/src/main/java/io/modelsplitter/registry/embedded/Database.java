package io.modelsplitter.registry.embedded;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.Problems;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.registry.Deadline;
import java.lang.reflect.Type;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import javax.sql.DataSource;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStoreException;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.argument.Argument;
import org.jdbi.v3.core.argument.ArgumentFactory;
import org.jdbi.v3.core.config.ConfigRegistry;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.StatementExceptions;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One database: runs statements, repeats what lost a race, and says when it cannot be reached. */
final class Database {
  /** Another transaction won; the same one again may not meet it. SQLSTATEs of both databases. */
  private static final Set<String> LOST_RACE = Set.of("40001", "40P01", "HYT00");

  /** A statement ran beyond its time, or whoever runs the database ended it. */
  private static final String STOPPED = "57014";

  /**
   * Of these a file's header may name the write before the last one, and what was written after it
   * is not found again when the process was killed. Seen with 2.5.252; no later one is mended yet.
   */
  private static final String H2_THAT_FORGETS = "2.5.";

  private static final int ATTEMPTS = 10;

  private static final Logger log = LoggerFactory.getLogger(Database.class);

  private final DataSource dataSource;
  private final Jdbi jdbi;
  private final Dialect dialect;
  private final Counts counts = new Counts();

  private Database(DataSource dataSource, Jdbi jdbi, Dialect dialect) {
    this.dataSource = dataSource;
    this.jdbi = jdbi;
    this.dialect = dialect;
  }

  static Database open(DataSource dataSource) {
    Dialect dialect;
    try (Connection connection = dataSource.getConnection()) {
      dialect = Dialect.of(connection.getMetaData().getDatabaseProductName());
      if (!connection.getAutoCommit()) { // what is acknowledged would be rolled back
        throw new BadInputException(
            "the data source's connections must commit by themselves; switch auto-commit on");
      }
      if (dialect == Dialect.H2) {
        keepWhatIsAcknowledged(connection);
        warnOfH2ThatForgets(connection);
      }
    } catch (SQLException e) {
      throw new UnavailableException("cannot open the database: " + Problems.describe(e), e);
    }
    Schema.migrate(dataSource, dialect);
    Jdbi jdbi = Jdbi.create(dataSource);
    // What is stored is nobody's business who reads a log.
    jdbi.getConfig(StatementExceptions.class)
        .setMessageRendering(StatementExceptions.MessageRendering.SHORT_STATEMENT);
    jdbi.getConfig(SqlStatements.class).addCustomizer(new StatementLimit());
    jdbi.registerArrayType(String.class, "varchar");
    jdbi.registerArrayType(Integer.class, "integer");
    jdbi.registerArrayType(Long.class, "bigint");
    jdbi.registerArrayType(Boolean.class, "boolean");
    jdbi.registerArgument(new KeyArrays(dialect));
    return new Database(dataSource, jdbi, dialect);
  }

  /**
   * By default H2 writes up to half a second after it has answered, so that a killed process loses
   * what it acknowledged. The setting stays in the database.
   */
  private static void keepWhatIsAcknowledged(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET WRITE_DELAY 0");
      statement.execute("SET DEFAULT_LOCK_TIMEOUT 10000");
      statement.execute("SET MAX_LENGTH_INPLACE_LOB 8192"); // a layer's metadata beside the rest
    }
  }

  private static void warnOfH2ThatForgets(Connection connection) throws SQLException {
    DatabaseMetaData h2 = connection.getMetaData();
    String version = h2.getDatabaseProductVersion();
    if (version.startsWith(H2_THAT_FORGETS) && !h2.getURL().startsWith("jdbc:h2:mem:")) {
      log.warn(
          "H2 {} can lose its last writes when the process is killed: close the file with it, and"
              + " use 2.4.240",
          version);
    }
  }

  Dialect dialect() {
    return dialect;
  }

  Counts counts() {
    return counts;
  }

  /** Runs statements that need no transaction around them. */
  <T> T run(HandleCallback<T, RuntimeException> work) {
    return translated(() -> jdbi.withHandle(work));
  }

  /**
   * The row with this key. Without Jdbi, which for so small a question takes longer than H2 itself.
   */
  <T> Optional<Row<T>> find(DocumentTable table, String key, Row.Mapper<T> mapper) {
    String where = " FROM " + table.name() + " r WHERE r." + table.key() + " = ";
    return query(
        new Sql().add("SELECT ").add(table.select()).add(where).bind(key),
        rows -> rows.next() ? Optional.of(mapper.map(rows)) : Optional.empty());
  }

  /**
   * Reads what a statement selects.
   *
   * @param <T> what comes of it
   */
  interface Reader<T> {
    /** Reads all rows, or as many as are wanted. */
    T read(ResultSet rows) throws SQLException;
  }

  /** Runs a query of its own, as {@link #find} without Jdbi. */
  <T> T query(Sql sql, Reader<T> reader) {
    return connected(
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(sql.text())) {
            for (int i = 0; i < sql.values().size(); i++) {
              Parameters.bind(statement, dialect, i + 1, sql.values().get(i));
            }
            StatementLimit.Running running = StatementLimit.begin(statement, sql.text());
            try (ResultSet rows = statement.executeQuery()) {
              return reader.read(rows);
            } finally {
              running.end();
            }
          }
        });
  }

  /** Runs one statement of its own, again when it lost a race; as {@link #find} without Jdbi. */
  void execute(String sql, Map<String, ? extends @Nullable Object> values) {
    NamedStatement statement = NamedStatement.of(sql);
    int unused = repeated(() -> connected(it -> statement.execute(it, dialect, values)));
  }

  private interface Connected<T> {
    T run(Connection connection) throws SQLException;
  }

  private <T> T connected(Connected<T> work) {
    return translated(
        () -> {
          try (Connection connection = dataSource.getConnection()) {
            return work.run(connection);
          } catch (SQLException e) {
            throw new UnableToExecuteStatementException(
                "the database refused a statement", e, null);
          }
        });
  }

  /** Runs statements in one transaction, again from the start when it lost a race. */
  <T> T inTransaction(HandleCallback<T, RuntimeException> work) {
    return repeated(() -> translated(() -> jdbi.inTransaction(work)));
  }

  private static <T> T repeated(Work<T> work) {
    for (int attempt = 1; ; attempt++) {
      try {
        return work.run();
      } catch (JdbiException e) {
        if (attempt == ATTEMPTS || !LOST_RACE.contains(state(e))) {
          throw e;
        }
        pause(attempt);
      }
    }
  }

  /** Whether the statement failed because there is a row with the key. */
  static boolean isDuplicateKey(JdbiException e) {
    return state(e).equals("23505");
  }

  private interface Work<T> {
    T run();
  }

  private static <T> T translated(Work<T> work) {
    Deadline.check();
    try {
      return work.run();
    } catch (JdbiException e) {
      SQLException cause = sqlException(e);
      if (cause != null && STOPPED.equals(cause.getSQLState())) {
        throw new UnavailableException("the database stopped what took too long", e);
      }
      if (cause != null && isUnreachable(cause)) {
        throw new UnavailableException("the database cannot be reached or has closed itself", e);
      }
      throw e;
    }
  }

  /**
   * Connection exceptions, resources used up, shutting down, and H2's own codes for a file that is
   * closed or cannot be written.
   */
  private static boolean isUnreachable(SQLException e) {
    String state = e.getSQLState() == null ? "08000" : e.getSQLState();
    return state.startsWith("08")
        || state.startsWith("53")
        || state.startsWith("57P")
        || state.startsWith("58")
        || Set.of("90028", "90031", "90067", "90098", "90121", "90135").contains(state)
        || isUnwritable(e);
  }

  /** H2 has no code of its own for a disk that is full; it closes the database then. */
  private static boolean isUnwritable(SQLException e) {
    return e.getCause() instanceof MVStoreException cause
        && cause.getErrorCode() == DataUtils.ERROR_WRITING_FAILED;
  }

  private static String state(JdbiException e) {
    SQLException cause = sqlException(e);
    return cause == null || cause.getSQLState() == null ? "" : cause.getSQLState();
  }

  private static @Nullable SQLException sqlException(JdbiException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException found) {
        return found;
      }
    }
    return null;
  }

  private static void pause(int attempt) {
    try {
      Thread.sleep(ThreadLocalRandom.current().nextInt(1, 10 * attempt));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnavailableException("interrupted while waiting for the database", e);
    }
  }

  /** Many keys as one parameter. */
  private record KeyArrays(Dialect dialect) implements ArgumentFactory {
    @Override
    public Optional<Argument> build(Type type, Object value, ConfigRegistry config) {
      return value instanceof byte[][]
          ? Optional.of(
              (place, statement, context) -> Parameters.bind(statement, dialect, place, value))
          : Optional.empty();
    }
  }
}
