package io.modelsplitter.examples;

import io.modelsplitter.json.Json;
import io.modelsplitter.registry.Task;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The splitter in a process of its own with the environment of a container: the task, where the
 * registries are, where layers go, the credentials for models and layers, and nothing else.
 */
final class SplitterProcess {
  /** What a container would be given beside its task. */
  private static final Set<String> KEPT =
      Set.of(
          "PATH",
          "HOME",
          "LANG",
          "LC_ALL",
          "TMPDIR",
          "TZ",
          "MODEL_DOWNLOAD_TOKEN",
          "S3_ENDPOINT",
          "AWS_ACCESS_KEY_ID",
          "AWS_SECRET_ACCESS_KEY",
          "AWS_SESSION_TOKEN",
          "AWS_REGION");

  private final String registries;
  private final Path layers;
  private final Path work;

  SplitterProcess(String registries, Path layers, Path work) {
    this.registries = registries;
    this.layers = layers;
    this.work = work;
  }

  /** Runs it to its end and shows what it says; answers its exit code. */
  int run(Task task) throws IOException, InterruptedException {
    Files.createDirectories(work);
    ProcessBuilder builder = new ProcessBuilder(command()).directory(work.toFile());
    Map<String, String> environment = builder.environment();
    environment.keySet().retainAll(KEPT);
    environment.putAll(environment(task));
    Process process = builder.redirectErrorStream(true).start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroy)); // it ends with us
    process.getOutputStream().close();
    PeakMemory memory = new PeakMemory(process.pid());
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        memory.look();
        System.out.println("  " + line);
      }
    } finally {
      process.destroy(); // does nothing to one that has ended
    }
    if (memory.megabytes() > 0) {
      System.out.println("  at most " + memory.megabytes() + " MB of memory were used");
    }
    return process.waitFor();
  }

  private Map<String, String> environment(Task task) {
    return Map.of(
        "TASK_ID", task.taskId(),
        "TASK_DATA", Json.write(task.taskData()),
        "TASK_STATUS_UPDATE_URL", registries,
        "MODEL_LAYERS_REGISTRY_URL", registries,
        "BLOCK_DB_URL", registries,
        "LAYER_STORE_URL", layers.toUri().toString(),
        "MODEL_SPLITTER_WORK_FOLDER", work.toString());
  }

  /** The child runs in another folder, so what is relative to ours would not be found. */
  private static String absoluteClassPath() {
    return Pattern.compile(File.pathSeparator, Pattern.LITERAL)
        .splitAsStream(System.getProperty("java.class.path"))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static List<String> command() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx64m",
        "-XX:+UseSerialGC",
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
        "-Dorg.slf4j.simpleLogger.log.io.modelsplitter=info",
        "-Dorg.slf4j.simpleLogger.showDateTime=false",
        "-Dorg.slf4j.simpleLogger.showThreadName=false",
        "-Dorg.slf4j.simpleLogger.showLogName=false",
        "-Dorg.slf4j.simpleLogger.showShortLogName=false",
        "-Dorg.slf4j.simpleLogger.logFile=System.out",
        "-cp",
        absoluteClassPath(),
        SafetensorsSplitter.class.getName());
  }
}
