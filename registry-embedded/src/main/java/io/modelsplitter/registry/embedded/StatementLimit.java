package io.modelsplitter.registry.embedded;

import io.modelsplitter.registry.Deadline;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.StatementCustomizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets the database stop what would run beyond the {@link Deadline} of its thread. */
final class StatementLimit implements StatementCustomizer {
  private static final Logger log = LoggerFactory.getLogger(StatementLimit.class);

  private static final long MOST_SECONDS = 1_000_000;

  private static final ScheduledThreadPoolExecutor WATCH = watch();

  private final Dialect dialect;

  StatementLimit(Dialect dialect) {
    this.dialect = dialect;
  }

  private static ScheduledThreadPoolExecutor watch() {
    ScheduledThreadPoolExecutor watch =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "statement-limit");
              thread.setDaemon(true);
              return thread;
            });
    watch.setRemoveOnCancelPolicy(true);
    return watch;
  }

  @Override
  public void beforeExecution(PreparedStatement statement, StatementContext context)
      throws SQLException {
    Optional<Duration> left = Deadline.left();
    if (left.isEmpty()) {
      return;
    }
    long millis = Math.max(0, left.get().toMillis());
    if (dialect == Dialect.H2) {
      stopAfter(millis, statement, context);
    } else {
      statement.setQueryTimeout((int) Math.min(MOST_SECONDS, millis / 1_000 + 1));
    }
  }

  /**
   * H2's own limit is one of the connection, and each change of it a statement: with it a {@code
   * GET} took half as long again.
   */
  private static void stopAfter(
      long millis, PreparedStatement statement, StatementContext context) {
    Future<?> stop = WATCH.schedule(() -> stop(statement), millis, TimeUnit.MILLISECONDS);
    context.addCleanable(() -> stop.cancel(false));
  }

  private static void stop(PreparedStatement statement) {
    try {
      statement.cancel();
    } catch (SQLException e) { // it has come to its end meanwhile
      log.debug("a statement is not stopped", e);
    }
  }
}
