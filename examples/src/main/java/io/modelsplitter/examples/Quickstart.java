package io.modelsplitter.examples;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.ModelSplitterException;
import io.modelsplitter.error.Problems;
import io.modelsplitter.file.Folders;
import io.modelsplitter.json.Json;
import io.modelsplitter.registry.NewTask;
import io.modelsplitter.registry.Task;
import io.modelsplitter.registry.TaskChange;
import io.modelsplitter.registry.TaskQuery;
import io.modelsplitter.registry.TaskRegistry;
import io.modelsplitter.registry.TaskStatus;
import io.modelsplitter.registry.client.TaskClient;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import io.modelsplitter.registry.http.RegistryServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The whole system on one machine: starts the registries, creates a task, runs the safetensors
 * splitter as a container would be run, and shows what came of it.
 */
@Command(
    name = "quickstart",
    mixinStandardHelpOptions = true,
    version = "quickstart 0.1.0",
    description = "Splits a model, stores and registers its layers, and reuses them next time.")
public final class Quickstart implements Callable<Integer> {
  private static final String TASK_TYPE = "model_splits";

  @Option(
      names = "--model",
      paramLabel = "PATH|URL",
      description =
          "A .safetensors file, a folder with config.json, or a .tar.gz of one. Default: a generated"
              + " GPT-2 of 12 layers.")
  private @Nullable String model;

  @Option(
      names = "--world-size",
      paramLabel = "N",
      defaultValue = "4",
      description = "How many pieces. Default: 4.")
  private int worldSize;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "quickstart-data",
      description = "Where the registries and layers are kept. Default: ./quickstart-data.")
  private Path data = Path.of("quickstart-data");

  @Option(names = "--json", description = "Print the result as the last line, in JSON.")
  private boolean json;

  /** For the command line only. */
  private Quickstart() {}

  /** Runs the quickstart; the exit code is 0 when the task is complete. */
  public static void main(String[] args) {
    System.exit(
        new CommandLine(new Quickstart())
            .setParameterExceptionHandler((e, unused) -> badFlag(e))
            .setExecutionExceptionHandler((e, unused, parsed) -> fail(e))
            .execute(args));
  }

  private static int badFlag(Exception e) {
    System.err.println("quickstart: " + Problems.oneLine(String.valueOf(e.getMessage())));
    return 2;
  }

  private static int fail(Exception e) throws Exception {
    if (e instanceof ModelSplitterException || e instanceof IOException) {
      System.err.println("quickstart: " + Problems.describe(e));
      return 1;
    }
    throw e;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path folder = data.toAbsolutePath().normalize();
    if (folder.toString().contains(";")) {
      throw new BadInputException("--data " + data + " must not contain a semicolon");
    }
    Files.createDirectories(folder);
    try (EmbeddedRegistry registry =
            EmbeddedRegistry.open("jdbc:h2:file:" + folder.resolve("registry"), "sa", "");
        RegistryServer server =
            RegistryServer.builder()
                .modelLayers(registry.modelLayers())
                .tasks(registry.tasks())
                .start();
        QuickstartModel source = QuickstartModel.of(model, folder)) {
      clearUp(registry.tasks(), folder);
      System.out.println("registries  " + server.url() + ", kept in " + folder);
      System.out.println("model       " + source.url());
      return run(server.url().toString(), source, folder);
    }
  }

  /** The database is ours alone, so what an earlier run left open nobody works on. */
  private static void clearUp(TaskRegistry tasks, Path folder) throws IOException {
    Folders.delete(folder.resolve("work"));
    TaskChange stopped =
        TaskChange.status(TaskStatus.FAILED, Map.of("error", "the quickstart was stopped"));
    for (String open : List.of(TaskStatus.PENDING, TaskStatus.IN_PROGRESS)) {
      for (Task task : tasks.query(TaskQuery.all().type(TASK_TYPE).status(open))) {
        tasks.update(task.taskId(), stopped);
      }
    }
  }

  private int run(String registries, QuickstartModel source, Path folder)
      throws IOException, InterruptedException {
    TaskRegistry tasks = TaskClient.at(registries);
    Task task = tasks.create(NewTask.of(TASK_TYPE, taskData(source)));
    System.out.println("task        " + task.taskId());
    Path work = folder.resolve("work").resolve(task.taskId());
    int exit;
    try {
      exit = new SplitterProcess(registries, folder.resolve("layers"), work).run(task);
    } finally {
      Folders.delete(work);
    }
    Task done = ended(tasks, task.taskId(), exit);
    boolean complete = exit == 0 && TaskStatus.isComplete(done.taskStatus());
    List<Map<String, Object>> layers = ResultTable.layers(done);
    if (complete) {
      System.out.println();
      ResultTable.print(layers, System.out);
    } else {
      System.err.println(
          "quickstart: task " + done.taskStatus() + ": " + done.taskStatusData().get("error"));
    }
    if (json) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("task", done.toMap());
      result.put("layers", layers);
      System.out.println(Json.write(result));
    }
    return complete ? 0 : 1;
  }

  /** A splitter that died could not say so itself. */
  private static Task ended(TaskRegistry tasks, String taskId, int exit) {
    Task task = tasks.get(taskId);
    if (task.isFinal()) {
      return task;
    }
    String error = "the splitter ended with exit code " + exit + " and no result";
    return tasks.update(taskId, TaskChange.status(TaskStatus.FAILED, Map.of("error", error)));
  }

  private Map<String, Object> taskData(QuickstartModel source) {
    Map<String, Object> taskData = new LinkedHashMap<>();
    taskData.put("model_name", source.name());
    taskData.put("model_download_url", source.url());
    taskData.put("world_size", worldSize);
    taskData.put("model_split_config", Map.of("split_strategy", "pipeline_parallel"));
    return taskData;
  }
}
