package io.modelsplitter;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.Problems;
import io.modelsplitter.json.Json;
import io.modelsplitter.registry.RecordIds;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads a {@link Context}, and collects what is wrong so that one message names everything. */
final class ContextReader {
  private static final Path POD_FOLDER = Path.of("/mnt/task");

  private final Map<String, String> environment;
  private final List<String> problems = new ArrayList<>();

  ContextReader(Map<String, String> environment) {
    this.environment = environment;
  }

  Context read() {
    String taskId = taskId();
    Map<String, Object> taskData = taskData();
    String tasks = taskStatusUpdateUrl();
    String layers = url("MODEL_LAYERS_REGISTRY_URL");
    String blocks = url("BLOCK_DB_URL", "BLOCKS_DB_URL");
    Path work = workFolder(taskId);
    Context context = new Context(taskId, taskData, tasks, layers, blocks, work);
    if (!taskData.isEmpty() || problems.stream().noneMatch(it -> it.startsWith("TASK_DATA"))) {
      check(context::modelName);
      check(context::modelDownloadUrl);
      check(context::worldSize);
      check(context::modelSplitConfig);
    }
    if (!problems.isEmpty()) {
      throw new BadInputException("bad environment: " + String.join("; ", problems));
    }
    return context;
  }

  private void check(Supplier<?> field) {
    try {
      Object unused = field.get();
    } catch (BadInputException e) {
      problems.add(String.valueOf(e.getMessage()));
    }
  }

  String taskId() {
    String id = first("TASK_ID");
    if (id == null) {
      return missing("TASK_ID");
    }
    if (!RecordIds.isValid(id)) {
      problems.add("TASK_ID must be 1 to 128 characters of [A-Za-z0-9._:-], not " + Json.show(id));
    }
    return id;
  }

  String taskStatusUpdateUrl() {
    return url("TASK_STATUS_UPDATE_URL", "TASK_DB_STATUS_UPDATE_URL", "GLOBAL_TASKS_DB_URL");
  }

  boolean hasProblems() {
    return !problems.isEmpty();
  }

  private Map<String, Object> taskData() {
    try {
      String text = environment.get("TASK_DATA");
      if (text != null && !text.isBlank()) {
        return Json.parseObject("TASK_DATA", text);
      }
      String file = first("TASK_DATA_FILE");
      if (file != null) {
        return Json.parseObject("TASK_DATA_FILE " + file, Files.readAllBytes(Path.of(file)));
      }
      missing("TASK_DATA");
    } catch (BadInputException e) {
      problems.add(String.valueOf(e.getMessage()));
    } catch (IOException | InvalidPathException e) {
      problems.add("TASK_DATA_FILE cannot be read: " + Problems.describe(e));
    }
    return Map.of();
  }

  private String url(String... names) {
    String url = first(names);
    if (url == null) {
      return missing(names[0]);
    }
    try {
      URI uri = new URI(url);
      boolean http = "http".equalsIgnoreCase(uri.getScheme());
      if ((http || "https".equalsIgnoreCase(uri.getScheme())) && uri.getHost() != null) {
        return url;
      }
    } catch (URISyntaxException e) {
      // said below
    }
    problems.add(names[0] + " must be an http or https URL, not " + Json.show(url));
    return "";
  }

  private Path workFolder(String taskId) {
    String folder = first("MODEL_SPLITTER_WORK_FOLDER");
    if (folder != null) {
      try {
        return Path.of(folder).toAbsolutePath();
      } catch (InvalidPathException e) {
        problems.add("MODEL_SPLITTER_WORK_FOLDER is not a path: " + Json.show(folder));
      }
    }
    return Files.isDirectory(POD_FOLDER)
        ? POD_FOLDER
        : Path.of(System.getProperty("java.io.tmpdir"), "model-splitter-" + taskId);
  }

  private @Nullable String first(String... names) {
    for (String name : names) {
      String value = environment.get(name);
      if (value != null && !value.isBlank()) {
        return value.strip();
      }
    }
    return null;
  }

  private String missing(String name) {
    problems.add(name + " is not set");
    return "";
  }
}
