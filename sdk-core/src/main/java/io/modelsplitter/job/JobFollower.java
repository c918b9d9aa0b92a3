package io.modelsplitter.job;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.ConflictException;
import io.modelsplitter.error.ModelSplitterException;
import io.modelsplitter.error.NotFoundException;
import io.modelsplitter.error.Problems;
import io.modelsplitter.query.Filter;
import io.modelsplitter.registry.Task;
import io.modelsplitter.registry.TaskChange;
import io.modelsplitter.registry.TaskRegistry;
import io.modelsplitter.registry.TaskStatus;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells tasks what became of their jobs. A registry that cannot be reached is told later, and of a
 * job the latest state only. Thread-safe.
 */
final class JobFollower implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(JobFollower.class);
  private static final long LONGEST_PAUSE_SECONDS = 30;
  private static final long RECONCILE_SECONDS = 60;
  private static final Duration LONGEST_LAUNCH = Duration.ofMinutes(5);

  private final TaskRegistry tasks;
  private final JobLauncher launcher;
  private final Clock clock;
  private final ScheduledThreadPoolExecutor worker;

  /** What is still to be told. */
  private final Map<String, JobState> untold = new ConcurrentHashMap<>();

  JobFollower(TaskRegistry tasks, JobLauncher launcher, Clock clock) {
    this.clock = clock;
    this.tasks = tasks;
    this.launcher = launcher;
    this.worker =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "split-jobs");
              thread.setDaemon(true);
              return thread;
            });
  }

  void start() {
    launcher.watch(this::changed);
    Future<?> unused =
        worker.scheduleWithFixedDelay(this::reconcile, 0, RECONCILE_SECONDS, TimeUnit.SECONDS);
  }

  /**
   * Three kinds of tasks have nobody to tell them: those whose runner died between making them and
   * launching their jobs, those whose jobs vanished while no runner watched, and those that did not
   * take the end of their jobs when they were told. What is younger than a launch takes is left
   * alone: another server of the same runner may be at it.
   */
  private void reconcile() {
    try {
      List<Task> waiting = tasks.query(unfinished());
      if (!waiting.isEmpty()) {
        Map<String, JobState> jobs = launcher.jobs(); // asked for last, so that none is too new
        for (Task task : waiting) {
          reconcile(task, jobs.get(task.taskId()));
        }
      }
    } catch (ModelSplitterException e) {
      log.warn("tasks without a job cannot be looked for yet: {}", e.getMessage());
    } catch (RuntimeException e) {
      log.error("tasks without a job cannot be looked for", e);
    }
  }

  private Filter unfinished() {
    long launched = clock.instant().minus(LONGEST_LAUNCH).getEpochSecond();
    return Filter.eq("task_data." + SplitJobs.ASKED + "." + SplitJobs.LAUNCHER, launcher.name())
        .and(Filter.in("task_status", TaskStatus.PENDING, TaskStatus.IN_PROGRESS))
        .and(Filter.eq("task_type", SplitJobs.TASK_TYPE))
        .and(Filter.lt("task_create_timestamp", launched));
  }

  private void reconcile(Task task, @Nullable JobState job) {
    String taskId = task.taskId();
    boolean began = !SplitJobs.LAUNCHING.equals(task.taskStatusData().get("phase"));
    if (job != null && job.phase().isFinal()) {
      changed(taskId, job); // it was told, and the task did not take it
    } else if (job == null && began) {
      fail(taskId, "Deleted", "its job is gone, and nobody saw how it ended");
    } else if (job == null || (!began && JobState.SUSPENDED.equals(job.reason()))) {
      launcher.cancel(taskId);
      fail(taskId, "LaunchFailed", "its runner stopped before the job was launched");
    }
  }

  private void changed(String taskId, JobState state) {
    untold.put(taskId, state);
    later(taskId, 0);
  }

  /** The job of a task failed for this reason. */
  void fail(String taskId, String reason, String message) {
    changed(taskId, new JobState(JobState.Phase.FAILED, reason, message, List.of()));
  }

  private void later(String taskId, int failures) {
    long pause = failures == 0 ? 0 : Math.min(LONGEST_PAUSE_SECONDS, 1L << Math.min(failures, 6));
    try {
      Future<?> unused = worker.schedule(() -> tell(taskId, failures), pause, TimeUnit.SECONDS);
    } catch (RejectedExecutionException e) {
      log.debug("closed before task {} was told", taskId);
    }
  }

  private void tell(String taskId, int failures) {
    JobState state = untold.get(taskId);
    if (state == null) {
      return; // a later call told it
    }
    try {
      tell(taskId, state);
      untold.remove(taskId, state);
    } catch (BadInputException e) {
      untold.remove(taskId, state);
      log.error("task {} cannot be told about its job", taskId, e);
    } catch (RuntimeException e) { // nobody else will tell it, so it is told until it is taken
      log.warn("task {} cannot be told about its job yet: {}", taskId, Problems.describe(e));
      later(taskId, failures + 1);
    }
  }

  private void tell(String taskId, JobState state) {
    Task task;
    try {
      task = tasks.get(taskId);
    } catch (NotFoundException e) {
      log.info("task {} is gone, and its job goes too", taskId);
      launcher.cancel(taskId);
      return;
    }
    if (SplitJobs.CANCELLED.equals(task.taskStatusData().get("reason"))
        && task.isFinal()
        && !state.phase().isFinal()) {
      launcher.cancel(taskId); // which it was to be, and could not be then
    }
    TaskChange change = task.isFinal() ? null : change(task, state);
    if (change != null) {
      try {
        Task unused = tasks.update(taskId, change);
      } catch (ConflictException e) {
        log.debug("task {} came to its end meanwhile", taskId);
      }
    }
  }

  /** What a state of the job means for a task that is not over; null when nothing. */
  private static @Nullable TaskChange change(Task task, JobState state) {
    Map<String, Object> data = new LinkedHashMap<>(task.taskStatusData());
    switch (state.phase()) {
      case PENDING -> {
        if (state.reason() == null
            || state.reason().equals(JobState.SUSPENDED)
            || (state.reason().equals(data.get("reason"))
                && Objects.equals(state.message(), data.get("message")))) {
          return null;
        }
        put(data, state);
        return TaskChange.status(task.taskStatus(), data);
      }
      case RUNNING -> {
        return null; // the splitter tells this itself, and what it tells is newer
      }
      case SUCCEEDED -> {
        data.put("error", "the job ended without a word about its result");
        data.put("reason", "NoResult");
        return TaskChange.status(TaskStatus.FAILED, data);
      }
      default -> {
        put(data, state);
        data.put("error", state.message() == null ? "the job failed" : state.message());
        return TaskChange.status(TaskStatus.FAILED, data);
      }
    }
  }

  private static void put(Map<String, Object> data, JobState state) {
    if (state.reason() != null) {
      data.put("reason", state.reason());
    }
    if (state.message() != null) {
      data.put("message", state.message());
    }
  }

  @Override
  public void close() {
    worker.shutdownNow();
  }
}
