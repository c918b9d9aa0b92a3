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
 * @param progressListener hears what {@link #progress} says; the executor's tells the task
 */
public record Context(
    String taskId,
    Map<String, Object> taskData,
    String taskStatusUpdateUrl,
    String modelLayersRegistryUrl,
    String blockDbUrl,
    Path workFolder,
    ProgressListener progressListener) {

  /**
   * A context whose progress nobody hears of.
   *
   * @param taskId see {@link #taskId}
   * @param taskData see {@link #taskData}
   * @param taskStatusUpdateUrl see {@link #taskStatusUpdateUrl}
   * @param modelLayersRegistryUrl see {@link #modelLayersRegistryUrl}
   * @param blockDbUrl see {@link #blockDbUrl}
   * @param workFolder see {@link #workFolder}
   */
  public Context(
      String taskId,
      Map<String, Object> taskData,
      String taskStatusUpdateUrl,
      String modelLayersRegistryUrl,
      String blockDbUrl,
      Path workFolder) {
    this(
        taskId,
        taskData,
        taskStatusUpdateUrl,
        modelLayersRegistryUrl,
        blockDbUrl,
        workFolder,
        (fraction, message) -> {});
  }

  /**
   * Copies the task data.
   *
   * @param taskId see {@link #taskId}
   * @param taskData see {@link #taskData}
   * @param taskStatusUpdateUrl see {@link #taskStatusUpdateUrl}
   * @param modelLayersRegistryUrl see {@link #modelLayersRegistryUrl}
   * @param blockDbUrl see {@link #blockDbUrl}
   * @param workFolder see {@link #workFolder}
   * @param progressListener see {@link #progressListener}
   */
  public Context {
    taskData = Json.copyOf("task_data", taskData);
  }

  /**
   * {@return the context of this process}
   *
   * @throws BadInputException names every variable that is missing or wrong
   */
  public static Context fromEnvironment() {
    return from(System.getenv());
  }

  /**
   * As {@link #fromEnvironment()}, from these variables.
   *
   * @param environment the variables by their names, as {@link System#getenv()} gives them
   * @return the context
   */
  public static Context from(Map<String, String> environment) {
    return new ContextReader(environment).read();
  }

  /** {@return {@code model_name} of the task data} */
  public String modelName() {
    return text("model_name");
  }

  /** {@return {@code model_download_url} of the task data} */
  public String modelDownloadUrl() {
    return text("model_download_url");
  }

  /** {@return {@code world_size} of the task data, 1 or more} */
  public int worldSize() {
    Object value = taskData.get("world_size");
    if (value instanceof Integer number && number >= 1) {
      return number;
    }
    throw wrong("world_size", value, "an integer of 1 or more");
  }

  /** {@return {@code model_split_config} of the task data} */
  @SuppressWarnings("unchecked") // Json.copyOf made every map's keys strings
  public Map<String, Object> modelSplitConfig() {
    Object value = taskData.get("model_split_config");
    if (value instanceof Map<?, ?> map) {
      return (Map<String, Object>) map;
    }
    throw wrong("model_split_config", value, "an object");
  }

  /**
   * {@code model_split_config} as a record, or another class that Jackson can make.
   *
   * <pre>{@code
   * record Config(@JsonProperty("tp_degree") int tpDegree) {}
   * int degree = context.modelSplitConfig(Config.class).tpDegree();
   * }</pre>
   *
   * @param <T> the class of the config
   * @param type a record, or another class that Jackson can make
   * @return the record
   * @throws BadInputException names the field that does not fit, or that the class does not have
   */
  public <T> T modelSplitConfig(Class<T> type) {
    return Json.convert("model_split_config", modelSplitConfig(), type);
  }

  /**
   * Tells the task how far the phase is. Returns at once, and may be called as often as one likes:
   * of many calls the latest is sent.
   *
   * @param fraction how much of the phase is done, from 0 to 1
   * @param message one line, such as {@code "rank 2 of 4"}
   */
  public void progress(double fraction, String message) {
    progressListener.progress(fraction, message);
  }

  /**
   * {@return a folder, in the work folder, that all attempts of the task share: what one leaves
   * there the next one finds} It is removed when the task has ended. Not made before somebody does.
   */
  public Path scratchFolder() {
    return workFolder.resolve("task-" + taskId);
  }

  /** {@return what the attempts of the task tell each other} */
  public Journal journal() {
    return new Journal(scratchFolder().resolve("journal"));
  }

  Scratch scratch() {
    return new Scratch(scratchFolder());
  }

  Context withProgressListener(ProgressListener listener) {
    return new Context(
        taskId,
        taskData,
        taskStatusUpdateUrl,
        modelLayersRegistryUrl,
        blockDbUrl,
        workFolder,
        listener);
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
