package io.modelsplitter.examples;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.job.ProcessJobLauncher;
import io.modelsplitter.job.SplitJob;
import io.modelsplitter.job.SplitJobs;
import io.modelsplitter.registry.Task;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import io.modelsplitter.registry.http.RegistryServer;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A runner inside a program: it starts {@link CustomSplitter} as a process of its own, with the
 * environment of a container, and follows it to its end, whatever that is.
 *
 * <pre>
 * java -cp examples/target/quickstart.jar io.modelsplitter.examples.RunSplitJobs FOLDER MODEL_URL
 * </pre>
 */
public final class RunSplitJobs {

  private RunSplitJobs() {}

  /** Splits the model of the URL; jobs are kept in the folder. */
  public static void main(String[] args) throws InterruptedException {
    if (args.length != 2) {
      throw new BadInputException("give a folder for the jobs and the URL of a model");
    }
    ProcessJobLauncher launcher =
        ProcessJobLauncher.builder(Path.of(args[0]))
            .image("custom-splitter", SplitterImage.command(CustomSplitter.class))
            .attempts(2)
            .build();
    try (EmbeddedRegistry registry = EmbeddedRegistry.inMemory();
        RegistryServer server = RegistryServer.start(registry);
        SplitJobs jobs = SplitJobs.of(registry.tasks(), launcher, urls(server.url().toString()))) {
      Map<String, Object> taskData =
          Map.of(
              "model_name",
              "my-model",
              "model_download_url",
              args[1],
              "world_size",
              1,
              "model_split_config",
              Map.of());
      String taskId =
          jobs.start(new SplitJob(taskData, "custom-splitter", SplitJob.DEFAULT_STORAGE_SIZE));
      Task task = registry.tasks().get(taskId);
      while (!task.isFinal()) {
        TimeUnit.MILLISECONDS.sleep(100);
        task = registry.tasks().get(taskId);
      }
      System.out.println(task.taskStatus() + " " + task.taskStatusData());
    }
  }

  private static Map<String, String> urls(String registries) {
    return Map.of(
        "TASK_STATUS_UPDATE_URL", registries,
        "MODEL_LAYERS_REGISTRY_URL", registries,
        "BLOCK_DB_URL", registries);
  }
}
