package io.modelsplitter;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a splitter is given: the container's environment variables as a structure.
 *
 * @param taskId the task, from {@code TASK_ID}
 * @param taskData what to do, from the JSON object in {@code TASK_DATA} or in the file that {@code
 *     TASK_DATA_FILE} names
 * @param taskStatusUpdateUrl the task registry, from {@code TASK_STATUS_UPDATE_URL}, {@code
 *     TASK_DB_STATUS_UPDATE_URL} or {@code GLOBAL_TASKS_DB_URL}
 * @param modelLayersRegistryUrl the model layers registry, from {@code MODEL_LAYERS_REGISTRY_URL}
 * @param blockDbUrl the block registry, from {@code BLOCK_DB_URL} or {@code BLOCKS_DB_URL}
 * @param workFolder where the attempt may keep files, from {@code MODEL_SPLITTER_WORK_FOLDER}: by
 *     default {@code /mnt/task} where that is a folder, else a folder named after the task in the
 *     system's temporary folder
 */
public record Context(
    String taskId,
    Map<String, Object> taskData,
    String taskStatusUpdateUrl,
    String modelLayersRegistryUrl,
    String blockDbUrl,
    Path workFolder) {

  /** Copies the task data. */
  public Context {
    taskData = Json.copyOf("task_data", taskData);
  }

  /**
   * The context of this process.
   *
   * @throws BadInputException names every variable that is missing or wrong
   */
  public static Context fromEnvironment() {
    return from(System.getenv());
  }

  /** As {@link #fromEnvironment()}, from these variables. */
  public static Context from(Map<String, String> environment) {
    return new ContextReader(environment).read();
  }

  /** {@code model_name} of the task data. */
  public String modelName() {
    return text("model_name");
  }

  /** {@code model_download_url} of the task data. */
  public String modelDownloadUrl() {
    return text("model_download_url");
  }

  /** {@code world_size} of the task data, 1 or more. */
  public int worldSize() {
    Object value = taskData.get("world_size");
    if (value instanceof Integer number && number >= 1) {
      return number;
    }
    throw wrong("world_size", value, "an integer of 1 or more");
  }

  /** {@code model_split_config} of the task data; empty where there is none. */
  @SuppressWarnings("unchecked") // Json.copyOf made every map's keys strings
  public Map<String, Object> modelSplitConfig() {
    Object value = taskData.get("model_split_config");
    if (value == null) {
      return Map.of();
    }
    if (value instanceof Map<?, ?> map) {
      return (Map<String, Object>) map;
    }
    throw wrong("model_split_config", value, "an object");
  }

  private String text(String field) {
    Object value = taskData.get(field);
    if (value instanceof String text && !text.isBlank()) {
      return text;
    }
    throw wrong(field, value, "a non-empty string");
  }

  private static BadInputException wrong(String field, @Nullable Object value, String wanted) {
    return new BadInputException(
        value == null
            ? "task_data has no " + field + "; it must be " + wanted
            : "task_data has the " + field + " " + Json.show(value) + "; it must be " + wanted);
  }
}
