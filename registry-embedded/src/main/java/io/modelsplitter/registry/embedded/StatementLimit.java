package io.modelsplitter.registry.embedded;

import io.modelsplitter.registry.Deadline;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.StatementCustomizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops what a database would do beyond the {@link Deadline} of its thread.
 *
 * <p>One thread looks for what is late a few times a second, since nearly nothing is: the drivers'
 * own limits cost each statement a timer, or on H2 another statement, and a {@code GET} half its
 * time again.
 */
final class StatementLimit implements StatementCustomizer {
  private static final Logger log = LoggerFactory.getLogger(StatementLimit.class);

  private static final long SWEEP_MILLIS = 100;

  /** What runs, and when it has to have ended, as {@link System#nanoTime} tells the time. */
  private static final Map<Running, Long> RUNNING = new ConcurrentHashMap<>();

  static {
    var unused =
        Executors.newSingleThreadScheduledExecutor(
                task -> {
                  Thread thread = new Thread(task, "statement-limit");
                  thread.setDaemon(true);
                  return thread;
                })
            .scheduleWithFixedDelay(
                StatementLimit::sweep, SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
  }

  @Override
  public void beforeExecution(PreparedStatement statement, StatementContext context) {
    context.addCleanable(begin(statement)::end);
  }

  /** A statement is about to be run, for as long as its thread has. */
  static Running begin(PreparedStatement statement) {
    Running running = new Running(statement);
    Optional<Duration> left = Deadline.left();
    left.ifPresent(time -> RUNNING.put(running, System.nanoTime() + time.toNanos()));
    return running;
  }

  /** Again at each look, since a statement that has not quite begun is not stopped. */
  private static void sweep() {
    long now = System.nanoTime();
    RUNNING.forEach(
        (running, end) -> {
          if (end - now <= 0) {
            running.stop();
          }
        });
  }

  /** A statement that runs; another one each time. */
  static final class Running {
    private final PreparedStatement statement;

    private Running(PreparedStatement statement) {
      this.statement = statement;
    }

    /** It does not run any more. */
    void end() {
      RUNNING.remove(this);
    }

    private void stop() {
      try {
        statement.cancel();
      } catch (SQLException | RuntimeException e) { // it has come to its end meanwhile
        log.debug("a statement is not stopped", e);
      }
    }
  }
}
