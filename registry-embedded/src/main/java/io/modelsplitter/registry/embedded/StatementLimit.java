package io.modelsplitter.registry.embedded;

import io.modelsplitter.registry.Deadline;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.StatementCustomizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets the database stop what would run beyond the {@link Deadline} of its thread. */
final class StatementLimit implements StatementCustomizer {
  private static final Logger log = LoggerFactory.getLogger(StatementLimit.class);

  /** H2 counts milliseconds in an {@code int}. */
  private static final long MOST_SECONDS = 1_000_000;

  @Override
  public void beforeExecution(PreparedStatement statement, StatementContext context)
      throws SQLException {
    Optional<Duration> left = Deadline.left();
    if (left.isPresent()) {
      int seconds = (int) Math.min(MOST_SECONDS, Math.max(0, left.get().toSeconds()) + 1);
      if (statement.getQueryTimeout() != seconds) { // H2 has a statement of its own for it
        statement.setQueryTimeout(seconds);
      }
    }
  }

  /** H2 keeps a limit for all of the connection, which is given back as it was. */
  static <T> HandleCallback<T, RuntimeException> restoring(
      HandleCallback<T, RuntimeException> work) {
    if (Deadline.left().isEmpty()) {
      return work;
    }
    return handle -> {
      try (Statement any = handle.getConnection().createStatement()) {
        int before = any.getQueryTimeout();
        try {
          return work.withHandle(handle);
        } finally {
          restore(any, before);
        }
      } catch (SQLException e) {
        throw new ConnectionException(e);
      }
    };
  }

  private static void restore(Statement any, int seconds) {
    try {
      if (any.getQueryTimeout() != seconds) {
        any.setQueryTimeout(seconds);
      }
    } catch (SQLException e) { // a connection that broke is used by nobody again
      log.debug("the limit of a connection is left as it is", e);
    }
  }
}
