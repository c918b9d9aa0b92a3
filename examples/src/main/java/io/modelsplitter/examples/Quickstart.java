package io.modelsplitter.examples;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.ModelSplitterException;
import io.modelsplitter.error.Problems;
import io.modelsplitter.job.ProcessJobLauncher;
import io.modelsplitter.job.SplitJobs;
import io.modelsplitter.json.Json;
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
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The whole system on one machine: starts the registries and a runner, asks for a split job, which
 * runs the safetensors splitter as a container would be run, and shows what came of it.
 */
@Command(
    name = "quickstart",
    mixinStandardHelpOptions = true,
    versionProvider = Quickstart.Version.class,
    description = "Splits a model, stores and registers its layers, and reuses them next time.")
public final class Quickstart implements Callable<Integer> {

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

  private final Map<String, String> environment;

  /** For the command line only. */
  private Quickstart(Map<String, String> environment) {
    this.environment = environment;
  }

  /** Runs the quickstart; the exit code is 0 when the task is complete. */
  public static void main(String[] args) {
    System.exit(
        new CommandLine(new Quickstart(System.getenv()))
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

  /** The version in the jar's manifest. */
  static final class Version extends ManifestVersion {
    Version() {
      super("quickstart");
    }
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
        QuickstartModel source = QuickstartModel.of(model, folder)) {
      clearUp(registry.tasks(), folder.resolve("jobs"));
      AtomicReference<String> url = new AtomicReference<>("");
      SplitJobs jobs =
          SplitJobs.of(
              registry.tasks(),
              launcher(folder),
              taskId -> urls(Objects.requireNonNull(url.get())));
      try (jobs;
          RegistryServer server =
              RegistryServer.builder().registries(registry).splitJobs(jobs).start()) {
        url.set(server.url().toString());
        Runtime.getRuntime().addShutdownHook(new Thread(jobs::close)); // the job ends with us
        System.out.println("registries  " + server.url() + ", kept in " + folder);
        System.out.println("model       " + source.url());
        return run(server.url().toString(), source, jobs);
      }
    }
  }

  private ProcessJobLauncher launcher(Path folder) {
    return ProcessJobLauncher.builder(folder.resolve("jobs"))
        .image(SplitterImage.NAME, SplitterImage.command())
        .environment(SplitterImage.environment(environment, folder.resolve("layers")))
        .attempts(1)
        .build();
  }

  private static Map<String, String> urls(String registries) {
    return Map.of(
        "TASK_STATUS_UPDATE_URL", registries,
        "MODEL_LAYERS_REGISTRY_URL", registries,
        "BLOCK_DB_URL", registries);
  }

  /** The database is ours alone, so what an earlier run left open nobody works on. */
  private static void clearUp(TaskRegistry tasks, Path jobs) {
    try (ProcessJobLauncher earlier = ProcessJobLauncher.builder(jobs).build()) {
      earlier.jobs().keySet().forEach(earlier::cancel);
    }
    TaskChange stopped =
        TaskChange.status(TaskStatus.FAILED, Map.of("error", "the quickstart was stopped"));
    for (String open : List.of(TaskStatus.PENDING, TaskStatus.IN_PROGRESS)) {
      for (Task task : tasks.query(TaskQuery.all().type(SplitJobs.TASK_TYPE).status(open))) {
        tasks.update(task.taskId(), stopped);
      }
    }
  }

  private int run(String server, QuickstartModel source, SplitJobs jobs)
      throws IOException, InterruptedException {
    JobView job = JobView.start(server, SplitterImage.NAME, taskData(source));
    System.out.println("task        " + job.taskId());
    Task done = job.await(TaskClient.at(server));
    Task unused = jobs.cancel(job.taskId()); // and its log goes
    boolean complete = TaskStatus.isComplete(done.taskStatus());
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

  private Map<String, Object> taskData(QuickstartModel source) {
    Map<String, Object> taskData = new LinkedHashMap<>();
    taskData.put("model_name", source.name());
    taskData.put("model_download_url", source.url());
    taskData.put("world_size", worldSize);
    taskData.put("model_split_config", Map.of("split_strategy", "pipeline_parallel"));
    return taskData;
  }
}
