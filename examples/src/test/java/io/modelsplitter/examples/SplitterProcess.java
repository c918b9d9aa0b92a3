package io.modelsplitter.examples;

import io.modelsplitter.json.Json;
import io.modelsplitter.registry.NewTask;
import io.modelsplitter.registry.Task;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import io.modelsplitter.registry.http.RegistryServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A splitter in its own process, with real registries and a folder to store in. */
abstract class SplitterProcess {
  @TempDir Path folder;

  EmbeddedRegistry registry = EmbeddedRegistry.inMemory();
  RegistryServer server = RegistryServer.start(registry);
  Path model = Path.of("");
  final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void makeModelAndTask() throws IOException {
    model = folder.resolve("gpt2.tar.gz");
    new SyntheticCheckpoint(3, 64, 500).writeArchive("gpt2", model);
    Task task = registry.tasks().create(NewTask.of("model_splits", Map.of()));
    environment.put("TASK_ID", task.taskId());
    environment.put("TASK_STATUS_UPDATE_URL", server.url().toString());
    environment.put("MODEL_LAYERS_REGISTRY_URL", server.url().toString());
    environment.put("BLOCK_DB_URL", server.url().toString());
    environment.put("LAYER_STORE_URL", folder.resolve("layers").toUri().toString());
    environment.put("MODEL_SPLITTER_WORK_FOLDER", folder.resolve("work").toString());
    taskData(model.toUri().toString(), 3, Map.of("split_strategy", "pipeline_parallel"));
  }

  @AfterEach
  void stop() {
    server.close();
    registry.close();
  }

  void taskData(String url, int worldSize, Map<String, Object> config) {
    environment.put(
        "TASK_DATA",
        Json.write(
            Map.of(
                "model_name", "gpt2",
                "model_download_url", url,
                "world_size", worldSize,
                "model_split_config", config)));
  }

  record Ended(int exitCode, String errors) {}

  Ended run(String... before) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(before));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx64m");
    command.add("-cp");
    command.add(Path.of("target", "quickstart.jar").toAbsolutePath().toString());
    command.add(SafetensorsSplitter.class.getName());
    Path errors = folder.resolve("errors");
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process =
        builder
            .redirectError(errors.toFile())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException("the splitter does not end");
    }
    return new Ended(process.exitValue(), Files.readString(errors));
  }

  Task task() {
    return registry.tasks().get(String.valueOf(environment.get("TASK_ID")));
  }

  List<Path> stored() throws IOException {
    if (!Files.exists(folder.resolve("layers"))) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder.resolve("layers"))) {
      return files.toList();
    }
  }

  String contentOf(String field) throws IOException {
    String url = String.valueOf(task().taskStatusData().get(field));
    return Files.readString(Path.of(URI.create(url)));
  }

  void newTask() {
    Task task = registry.tasks().create(NewTask.of("model_splits", Map.of()));
    environment.put("TASK_ID", task.taskId());
  }
}
