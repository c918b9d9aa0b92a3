package io.modelsplitter.junit;

import io.modelsplitter.Context;
import io.modelsplitter.ModelSplitter;
import io.modelsplitter.ModelSplitterExecutor;
import io.modelsplitter.file.Folders;
import io.modelsplitter.job.CredentialsKey;
import io.modelsplitter.job.SplitRunners;
import io.modelsplitter.json.Json;
import io.modelsplitter.registry.BlockRegistry;
import io.modelsplitter.registry.ModelLayerRegistry;
import io.modelsplitter.registry.NewTask;
import io.modelsplitter.registry.Registries;
import io.modelsplitter.registry.SplitRunnerRegistry;
import io.modelsplitter.registry.Task;
import io.modelsplitter.registry.TaskRegistry;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import io.modelsplitter.registry.http.RegistryServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * Registries in memory, a server in front of them, and a folder, for one test. Thread-safe. {@link
 * RegistryExtension} opens and closes it; without JUnit it can be opened and closed as well.
 */
public final class TestRegistry implements Registries, AutoCloseable {

  /**
   * The least that a task of a split says: a model of the name {@code test-model} at a URL that
   * leads nowhere, to be split for one rank.
   */
  public static final Map<String, Object> TASK_DATA =
      Map.of(
          "model_name",
          "test-model",
          "model_download_url",
          "http://something.invalid/model.safetensors",
          "world_size",
          1,
          "model_split_config",
          Map.of());

  private final EmbeddedRegistry registry = EmbeddedRegistry.inMemory();
  private final SplitRunners splitRunners =
      new SplitRunners(registry.splitRunners(), new NoCluster(), CredentialsKey.random());
  private final RegistryServer server =
      RegistryServer.builder().registries(registry).splitRunners(splitRunners).start();
  private final Path folder = newFolder();

  /** Opens new, empty registries and serves them on a free port of 127.0.0.1. */
  public TestRegistry() {}

  private static Path newFolder() {
    try {
      return Files.createTempDirectory("model-splitter-test");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public ModelLayerRegistry modelLayers() {
    return registry.modelLayers();
  }

  @Override
  public TaskRegistry tasks() {
    return registry.tasks();
  }

  @Override
  public BlockRegistry blocks() {
    return registry.blocks();
  }

  /**
   * {@return the split runners registry} What is created is deployed nowhere: its cluster takes any
   * config, and gives it a URL on which nobody listens.
   */
  public SplitRunnerRegistry splitRunners() {
    return splitRunners;
  }

  /** {@return where all of the registries are served: {@code http://127.0.0.1:PORT}} */
  public URI url() {
    return server.url();
  }

  /** {@return where the layers of {@link #run} are stored} Gone when this is closed. */
  public Path layersFolder() {
    return folder.resolve("layers");
  }

  /**
   * {@return the environment variables of a splitter's container, for a new task}
   *
   * @param taskData such as {@link #TASK_DATA}
   */
  public Map<String, String> environment(Map<String, Object> taskData) {
    Task task = tasks().create(NewTask.of("model_splits", taskData));
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("TASK_ID", task.taskId());
    environment.put("TASK_DATA", Json.write(taskData));
    environment.put("TASK_STATUS_UPDATE_URL", url().toString());
    environment.put("MODEL_LAYERS_REGISTRY_URL", url().toString());
    environment.put("BLOCK_DB_URL", url().toString());
    environment.put("LAYER_STORE_URL", layersFolder().toUri().toString());
    environment.put("MODEL_SPLITTER_WORK_FOLDER", folder.resolve("work").toString());
    return environment;
  }

  /**
   * {@return what a splitter is given, for a new task}
   *
   * @param taskData such as {@link #TASK_DATA}
   */
  public Context context(Map<String, Object> taskData) {
    return Context.from(environment(taskData));
  }

  /**
   * Runs all phases of a splitter in this process, on a new task.
   *
   * @param splitter makes the splitter
   * @param taskData such as {@link #TASK_DATA}
   * @return the task as the splitter left it, complete or failed
   */
  public Task run(
      Function<Context, ? extends ModelSplitter> splitter, Map<String, Object> taskData) {
    Map<String, String> environment = environment(taskData);
    ModelSplitterExecutor.run(environment, splitter);
    return tasks().get(String.valueOf(environment.get("TASK_ID")));
  }

  /** Stops the server, forgets what was registered, and removes the folder. */
  @Override
  public void close() {
    server.close();
    splitRunners.close();
    registry.close();
    try {
      Folders.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
