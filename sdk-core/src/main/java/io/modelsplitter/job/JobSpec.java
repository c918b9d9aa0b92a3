package io.modelsplitter.job;

import io.modelsplitter.json.Json;
import java.util.Map;

/**
 * A job to launch.
 *
 * @param taskId the task that it works on; there is at most one job of a task
 * @param containerImage what to run
 * @param storageSize how much the work folder must hold, as a Kubernetes quantity such as {@code
 *     2Gi}
 * @param taskData what the task was given to do; becomes {@code TASK_DATA}, or a file named by
 *     {@code TASK_DATA_FILE} where it is too large for a variable
 * @param environment the other variables that a job is told: where the registries are
 */
public record JobSpec(
    String taskId,
    String containerImage,
    String storageSize,
    Map<String, Object> taskData,
    Map<String, String> environment) {

  /** Ends an attempt after which no other one would help; none follows. */
  public static final int EXIT_BAD_INPUT = 64;

  /** Task data with more bytes than this in JSON becomes a file: Linux caps a variable. */
  public static final int MAX_TASK_DATA_VARIABLE = 100_000;

  /**
   * Copies the data.
   *
   * @param taskId see {@link #taskId}
   * @param containerImage see {@link #containerImage}
   * @param storageSize see {@link #storageSize}
   * @param taskData see {@link #taskData}
   * @param environment see {@link #environment}
   */
  public JobSpec {
    taskData = Json.copyOf("task_data", taskData, 1);
    environment = Map.copyOf(environment);
  }
}
