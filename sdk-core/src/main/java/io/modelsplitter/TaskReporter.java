package io.modelsplitter;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.ConflictException;
import io.modelsplitter.error.ModelSplitterException;
import io.modelsplitter.error.NotFoundException;
import io.modelsplitter.error.Problems;
import io.modelsplitter.registry.TaskChange;
import io.modelsplitter.registry.TaskRegistry;
import io.modelsplitter.registry.TaskStatus;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a task how far its attempt is, from a thread of its own, so that a registry that is slow or
 * away never holds up the work: of many news only the latest is sent, at most once a second, and
 * when there are none, the last once more as a sign of life. Thread-safe.
 */
final class TaskReporter implements ProgressListener {
  private static final Logger log = LoggerFactory.getLogger(TaskReporter.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  /** A report that is on its way and takes longer is overtaken by the end. */
  private static final Duration LONGEST_JOIN = Duration.ofSeconds(2);

  private final TaskRegistry tasks;
  private final String taskId;
  private final AttemptSettings settings;
  private final int attempt;
  private final Runnable onRefused;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private String phase = "begin";
  private @Nullable Double fraction;
  private @Nullable String message;
  private boolean isNew;
  private boolean isClosed;
  private volatile boolean isComplete;
  private volatile @Nullable String refusal;
  private @Nullable Thread thread;

  /**
   * @param attempt counts the attempts of the task, from 1
   * @param onRefused called when the registry says that there is nothing to work on
   */
  TaskReporter(
      TaskRegistry tasks,
      String taskId,
      AttemptSettings settings,
      int attempt,
      Runnable onRefused) {
    this.tasks = tasks;
    this.taskId = taskId;
    this.settings = settings;
    this.attempt = attempt;
    this.onRefused = onRefused;
  }

  /**
   * Reports the first phase, and goes on by itself. A registry that does not answer is told later;
   * one that refuses ends the attempt before it costs anything.
   */
  void start() {
    if (send(news()) == Outcome.REFUSED) {
      return;
    }
    Thread reporting = new Thread(this::report, "model-splitter-reporter");
    reporting.setDaemon(true);
    reporting.start();
    thread = reporting;
  }

  /** Why the registry refuses to hear of the task; null as long as it does not. */
  @Nullable String refusal() {
    return refusal;
  }

  /** Whether what the registry refuses is news of a task that is complete already. */
  boolean isComplete() {
    return isComplete;
  }

  private static boolean isComplete(ConflictException e) {
    return e.stored().get("task_status") instanceof String stored && TaskStatus.isComplete(stored);
  }

  /** The attempt begins a phase. */
  void phase(String name) {
    log.info("task {}: {}", taskId, name);
    note(name, null, null);
  }

  @Override
  public void progress(double done, String text) {
    double bounded = Double.isNaN(done) ? 0 : Math.max(0, Math.min(1, done));
    note(null, bounded, Problems.oneLine(text));
  }

  private void note(@Nullable String newPhase, @Nullable Double done, @Nullable String text) {
    lock.lock();
    try {
      if (newPhase != null) {
        phase = newPhase;
      }
      fraction = done;
      message = text;
      isNew = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** What is known of the attempt, as the task's status data. */
  Map<String, Object> news() {
    lock.lock();
    try {
      Map<String, Object> news = new LinkedHashMap<>();
      news.put("phase", phase);
      if (fraction != null) {
        news.put("progress", fraction);
      }
      if (message != null) {
        news.put("message", message);
      }
      news.put("attempt", attempt);
      return news;
    } finally {
      lock.unlock();
    }
  }

  private void report() {
    Duration pause = PAUSE;
    try {
      while (await(pause)) {
        switch (send(news())) {
          case DONE -> pause = PAUSE;
          case LATER -> pause = jittered(longer(pause));
          case REFUSED -> {
            onRefused.run();
            return;
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody has this thread, so the process ends
    }
  }

  /** Waits at least so long, then for news or the next sign of life; false when it is over. */
  private boolean await(Duration pause) throws InterruptedException {
    long now = System.nanoTime();
    long earliest = now + pause.toNanos();
    long latest = now + Math.max(pause.toNanos(), settings.heartbeat().toNanos());
    lock.lock();
    try {
      while (!isClosed) {
        now = System.nanoTime();
        if (now - latest >= 0 || (isNew && now - earliest >= 0)) {
          isNew = false;
          return true;
        }
        long until = isNew ? earliest : latest;
        long waited = changed.awaitNanos(until - now);
        if (waited > 0 && isClosed) {
          return false;
        }
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  private enum Outcome {
    DONE,
    LATER,
    REFUSED
  }

  private Outcome send(Map<String, Object> news) {
    try {
      tasks.update(taskId, TaskChange.status(TaskStatus.IN_PROGRESS, news));
      return Outcome.DONE;
    } catch (NotFoundException | ConflictException e) {
      isComplete = e instanceof ConflictException conflict && isComplete(conflict);
      refusal = "the task registry refuses: " + e.getMessage();
      return Outcome.REFUSED;
    } catch (ModelSplitterException e) {
      log.warn("cannot report on task {}: {}", taskId, e.getMessage());
      return Outcome.LATER;
    } catch (RuntimeException e) { // whatever it is, the work goes on
      log.warn("cannot report on task {}", taskId, e);
      return Outcome.LATER;
    }
  }

  /** Stops reporting by itself; a report that is on its way is waited for. */
  void close() {
    lock.lock();
    try {
      isClosed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    Thread reporting = thread;
    if (reporting != null && reporting != Thread.currentThread()) {
      boolean interrupted = Thread.interrupted();
      try {
        reporting.join(LONGEST_JOIN.toMillis());
      } catch (InterruptedException e) {
        interrupted = true;
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** How a report of the end came out. */
  sealed interface Delivery {
    /** The registry has it. */
    record Delivered() implements Delivery {}

    /** The registry does not take it and never will. */
    record Refused(ModelSplitterException reason) implements Delivery {}

    /** The registry could not be told in time. */
    record Undelivered(String reason) implements Delivery {}
  }

  /** Reports the end, again and again until there is an answer or the time is over. */
  Delivery deliver(String status, Map<String, Object> data, ReportDeadline deadline) {
    return deliver(tasks, taskId, TaskChange.status(status, data), deadline);
  }

  /** Fails a task whose attempt cannot even begin. */
  static void reportFailure(TaskRegistry tasks, String taskId, String error, Duration deadline) {
    TaskChange failed = TaskChange.status(TaskStatus.FAILED, Map.of("error", error));
    Delivery delivery = deliver(tasks, taskId, failed, new ReportDeadline(deadline, deadline));
    if (!(delivery instanceof Delivery.Delivered)) {
      log.warn("cannot report the failure: {}", delivery);
    }
  }

  private static Delivery deliver(
      TaskRegistry tasks, String taskId, TaskChange change, ReportDeadline deadline) {
    Duration pause = PAUSE.dividedBy(4);
    while (true) {
      String reason;
      try {
        tasks.update(taskId, change);
        return new Delivery.Delivered();
      } catch (ConflictException e) {
        return isSame(e, change) ? new Delivery.Delivered() : new Delivery.Refused(e);
      } catch (NotFoundException | BadInputException e) {
        return new Delivery.Refused(e);
      } catch (RuntimeException e) { // a token may be renewed, a registry come back
        reason = Problems.describe(e);
      }
      Duration next = jittered(pause);
      if (deadline.endsWithin(next) || !slept(next)) {
        return new Delivery.Undelivered(reason);
      }
      pause = longer(pause);
    }
  }

  /** A first report whose answer was lost made the task final already. */
  private static boolean isSame(ConflictException e, TaskChange change) {
    return e.stored().get("task_status") instanceof String stored
        && change.taskStatus() != null
        && TaskStatus.isFinal(change.taskStatus())
        && TaskStatus.same(stored, change.taskStatus());
  }

  private static boolean slept(Duration pause) {
    try {
      TimeUnit.NANOSECONDS.sleep(pause.toNanos());
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static Duration longer(Duration pause) {
    Duration doubled = pause.multipliedBy(2);
    return doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
  }

  /** From half to all of it, so that many attempts do not come back at the same moment. */
  private static Duration jittered(Duration pause) {
    long half = pause.toNanos() / 2;
    return Duration.ofNanos(half + ThreadLocalRandom.current().nextLong(half + 1));
  }
}
