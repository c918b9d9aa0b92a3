package io.modelsplitter.registry.embedded;

import io.modelsplitter.registry.Deadline;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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

  /** To stop one may take a connection of its own, and where that hangs, others are stopped. */
  private static final ExecutorService STOPPING = Executors.newCachedThreadPool(daemons());

  static {
    var unused =
        Executors.newSingleThreadScheduledExecutor(daemons())
            .scheduleWithFixedDelay(
                StatementLimit::sweep, SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
  }

  private static ThreadFactory daemons() {
    return task -> {
      Thread thread = new Thread(task, "statement-limit");
      thread.setDaemon(true);
      return thread;
    };
  }

  @Override
  public void beforeExecution(PreparedStatement statement, StatementContext context) {
    context.addCleanable(begin(statement, context.getParsedSql().getSql())::end);
  }

  /**
   * A statement is about to be run, for as long as its thread has.
   *
   * @param sql what it was prepared from
   */
  static Running begin(PreparedStatement statement, String sql) {
    Running running = new Running(statement, sql);
    Optional<Duration> left = Deadline.left();
    left.ifPresent(time -> RUNNING.put(running, System.nanoTime() + time.toNanos()));
    return running;
  }

  /** Again at each look, since a statement that has not quite begun is not stopped. */
  private static void sweep() {
    long now = System.nanoTime();
    RUNNING.forEach(
        (running, end) -> {
          if (end - now <= 0 && running.isBeingStopped.compareAndSet(false, true)) {
            STOPPING.execute(running::stop);
          }
        });
  }

  /** A statement that runs; another one each time. */
  static final class Running {
    private final PreparedStatement statement;
    private final String sql;
    private final AtomicBoolean isBeingStopped = new AtomicBoolean();
    private boolean isOver;
    private boolean wasStopped;

    private Running(PreparedStatement statement, String sql) {
      this.statement = statement;
      this.sql = sql;
    }

    /** It does not run any more; to be called before the statement is closed. */
    void end() {
      RUNNING.remove(this);
      synchronized (this) {
        isOver = true;
        if (wasStopped) {
          forget();
        }
      }
    }

    /**
     * H2 keeps what a closed statement was compiled to for the next one of that text, and with it
     * that it is to stop, where it came to its end before it noticed. What is compiled meanwhile
     * takes that place.
     */
    private void forget() {
      try {
        statement.getConnection().prepareStatement(sql).close();
      } catch (SQLException e) { // then the connection is of no more use either
        log.debug("a statement that was stopped is not compiled again", e);
      }
    }

    private synchronized void stop() {
      if (isOver) {
        return;
      }
      wasStopped = true;
      try {
        statement.cancel();
      } catch (SQLException | RuntimeException e) { // it has come to its end meanwhile
        log.debug("a statement is not stopped", e);
      } finally {
        isBeingStopped.set(false);
      }
    }
  }
}
