package io.modelsplitter.examples.cli;

import io.modelsplitter.registry.Task;
import io.modelsplitter.registry.TaskStatus;
import io.modelsplitter.registry.client.TaskClient;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows the tasks that a registry has, or follows one to its end. */
@Command(
    name = "tasks",
    description = {
      "Shows the tasks that a registry has, or one, or follows one to its end.",
      "With --watch the exit code is 0 when the task is complete, and 1 when it failed."
    })
final class TasksCommand extends ToolCommand {
  /** The last second of the year 9999. */
  private static final long LAST_SECOND = 253_402_300_799L;

  @Spec private @Nullable CommandSpec spec;

  @Mixin private final RegistryOptions registry = new RegistryOptions();

  @Mixin private final QueryOptions query = new QueryOptions();

  @Parameters(paramLabel = "ID", arity = "0..1", description = "The one to show.")
  private @Nullable String id;

  @Option(names = "--watch", description = "Follow the task to its end, then show it.")
  private boolean watch;

  TasksCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  public Integer call() throws InterruptedException {
    CommandSpec command = Objects.requireNonNull(spec);
    if (watch && id == null) {
      throw new ParameterException(command.commandLine(), "--watch needs the ID of a task");
    }
    TaskClient tasks =
        TaskClient.from(
            registry.environment(
                surroundings().environment(),
                "TASK_STATUS_UPDATE_URL",
                "TASK_DB_STATUS_UPDATE_URL",
                "GLOBAL_TASKS_DB_URL"));
    Results results = surroundings().results();
    if (id != null) {
      query.refuse(command);
      return one(tasks, id);
    }
    if (query.isExplain()) {
      query.print(tasks.explain(query.query()), results);
    } else {
      query.print(tasks::query, rows(), results);
    }
    return ModelSplitterTool.EXIT_DONE;
  }

  private int one(TaskClient tasks, String taskId) throws InterruptedException {
    Task task = tasks.get(taskId);
    if (watch) {
      try (Progress progress = progress()) {
        task = new TaskWatch(tasks, progress).await(taskId);
      }
    }
    query.print(task.toMap(), surroundings().results());
    return !watch || TaskStatus.isComplete(task.taskStatus())
        ? ModelSplitterTool.EXIT_DONE
        : ModelSplitterTool.EXIT_FAILED;
  }

  private static Rows<Task> rows() {
    return new Rows<>(
        "%-36s  %-12s  %-11s  %-20s  %s",
        new Object[] {"ID", "TYPE", "STATUS", "CHANGED", ""},
        task ->
            new Object[] {
              task.taskId(),
              task.taskType(),
              task.taskStatus(),
              time(task.taskUpdateTimestamp()),
              TaskWatch.news(task)
            },
        Task::toMap);
  }

  private static String time(long seconds) {
    return Math.abs(seconds) <= LAST_SECOND
        ? Instant.ofEpochSecond(seconds).toString()
        : String.valueOf(seconds);
  }
}
