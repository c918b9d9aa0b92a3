package io.modelsplitter.registry;

import io.modelsplitter.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What to change of a task; null leaves a field as it is.
 *
 * @param taskType the new type
 * @param taskData the new data, whole
 * @param taskStatus the new status
 * @param taskStatusData the new status data, whole
 */
public record TaskChange(
    @Nullable String taskType,
    @Nullable Map<String, Object> taskData,
    @Nullable String taskStatus,
    @Nullable Map<String, Object> taskStatusData) {

  /**
   * Copies the data.
   *
   * @param taskType see {@link #taskType}
   * @param taskData see {@link #taskData}
   * @param taskStatus see {@link #taskStatus}
   * @param taskStatusData see {@link #taskStatusData}
   */
  public TaskChange {
    taskData = taskData == null ? null : Json.copyOf("task_data", taskData, 1);
    taskStatusData =
        taskStatusData == null ? null : Json.copyOf("task_status_data", taskStatusData, 1);
  }

  /**
   * {@return a new status and what goes with it}
   *
   * @param taskStatus a status in either spelling
   * @param taskStatusData a result, an error or progress, as JSON objects go
   */
  public static TaskChange status(String taskStatus, Map<String, Object> taskStatusData) {
    return new TaskChange(null, null, taskStatus, taskStatusData);
  }

  /**
   * Reads a change as it comes over the wire.
   *
   * @param fields the object as JSON gives it
   * @return the change
   * @throws io.modelsplitter.error.BadInputException names every wrong, unknown and fixed field
   */
  public static TaskChange fromMap(Map<String, ?> fields) {
    return TaskFields.change(fields);
  }

  /** {@return the change as it goes over the wire} */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    if (taskType != null) {
      map.put("task_type", taskType);
    }
    if (taskData != null) {
      map.put("task_data", taskData);
    }
    if (taskStatus != null) {
      map.put("task_status", taskStatus);
    }
    if (taskStatusData != null) {
      map.put("task_status_data", taskStatusData);
    }
    return map;
  }

  /**
   * {@return the task after this change at this time}
   *
   * @param task the task as it is
   * @param unixSeconds the time, in seconds since 1970
   * @throws io.modelsplitter.error.BadInputException when the result would not be a valid task
   */
  public Task apply(Task task, long unixSeconds) {
    return new Task(
        task.taskId(),
        taskType == null ? task.taskType() : taskType,
        taskData == null ? task.taskData() : taskData,
        taskStatus == null ? task.taskStatus() : taskStatus,
        taskStatusData == null ? task.taskStatusData() : taskStatusData,
        task.taskCreateTimestamp(),
        unixSeconds);
  }
}
