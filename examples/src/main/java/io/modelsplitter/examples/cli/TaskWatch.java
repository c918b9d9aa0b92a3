package io.modelsplitter.examples.cli;

import io.modelsplitter.error.Problems;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.registry.Task;
import io.modelsplitter.registry.TaskRegistry;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Follows a task to its end, as the splitter's reports tell of it. */
final class TaskWatch {
  private static final long EVERY_MILLIS = 1_000;

  /** A server that is started again is back before that. */
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(2);

  private final TaskRegistry tasks;
  private final Progress progress;
  private long answered = System.nanoTime();

  TaskWatch(TaskRegistry tasks, Progress progress) {
    this.tasks = tasks;
    this.progress = progress;
  }

  /** Answers the task when it is over. */
  Task await(String taskId) throws InterruptedException {
    progress.begin("task " + taskId, 0);
    while (true) {
      Task task = get(taskId);
      if (task == null) {
        TimeUnit.MILLISECONDS.sleep(EVERY_MILLIS);
        continue;
      }
      if (task.isFinal()) {
        progress.end("task " + taskId + ": " + task.taskStatus());
        return task;
      }
      Object fraction = task.taskStatusData().get("progress");
      String news = news(task);
      progress.at(
          fraction instanceof Number number ? number.doubleValue() : -1,
          news.isEmpty() ? task.taskStatus() : news);
      TimeUnit.MILLISECONDS.sleep(EVERY_MILLIS);
    }
  }

  /** The task; null while the registry is away, which it may be for a while. */
  private @Nullable Task get(String taskId) {
    try {
      Task task = tasks.get(taskId);
      answered = System.nanoTime();
      return task;
    } catch (UnavailableException e) {
      if (System.nanoTime() - answered > PATIENCE_NANOS) {
        throw e;
      }
      progress.at(-1, Problems.describe(e));
      return null;
    }
  }

  /** What a task says of itself, in a few words: why it failed, or how far it is. */
  static String news(Task task) {
    Map<String, Object> data = task.taskStatusData();
    String error = text(data.get("error"));
    if (!error.isEmpty()) {
      return error;
    }
    String phase = text(data.get("phase"));
    String message = text(data.get("message"));
    return phase.isEmpty() || message.isEmpty() ? phase + message : phase + ": " + message;
  }

  private static String text(@Nullable Object value) {
    return value instanceof String text ? text : "";
  }
}
