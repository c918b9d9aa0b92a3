package io.modelsplitter.job;

import io.modelsplitter.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * What {@code POST /start_model_split_job} asks for.
 *
 * @param taskData {@code model_name}, {@code model_download_url}, {@code world_size} from 1 to
 *     {@value #MAX_WORLD_SIZE}, the object {@code model_split_config}, and what else the image
 *     wants to know
 * @param containerImage what to run
 * @param storageSize how much the work folder must hold, as a Kubernetes quantity; {@value
 *     #DEFAULT_STORAGE_SIZE} where the wire leaves it out
 */
public record SplitJob(Map<String, Object> taskData, String containerImage, String storageSize) {

  /** The size of a work folder where none is asked for. */
  public static final String DEFAULT_STORAGE_SIZE = "1Gi";

  /** More ranks than any model has layers. */
  public static final int MAX_WORLD_SIZE = 4_096;

  /**
   * Copies the data and checks every field; a message names all that are wrong.
   *
   * @param taskData see {@link #taskData}
   * @param containerImage see {@link #containerImage}
   * @param storageSize see {@link #storageSize}
   */
  public SplitJob {
    taskData = Json.copyOf("task_data", taskData, 1);
    SplitJobFields.check(wire(taskData, containerImage, storageSize));
  }

  /**
   * Reads a job as it comes over the wire.
   *
   * @param fields the object as JSON gives it
   * @return the job
   * @throws io.modelsplitter.error.BadInputException names every missing, wrong and unknown field
   */
  @SuppressWarnings("unchecked") // JSON has no other keys
  public static SplitJob fromMap(Map<String, ?> fields) {
    SplitJobFields.check(fields);
    Object size = fields.get("storage_size");
    return new SplitJob(
        (Map<String, Object>) Objects.requireNonNull(fields.get("task_data")),
        (String) Objects.requireNonNull(fields.get("container_image")),
        size == null ? DEFAULT_STORAGE_SIZE : (String) size);
  }

  /** {@return the job as it goes over the wire} */
  public Map<String, Object> toMap() {
    return wire(taskData, containerImage, storageSize);
  }

  private static Map<String, Object> wire(
      Map<String, Object> taskData, String containerImage, String storageSize) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("task_data", taskData);
    map.put("container_image", containerImage);
    map.put("storage_size", storageSize);
    return map;
  }
}
