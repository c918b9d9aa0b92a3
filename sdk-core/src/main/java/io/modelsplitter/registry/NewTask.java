package io.modelsplitter.registry;

import io.modelsplitter.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A task to create; the registry gives it an id and the times.
 *
 * @param taskType what kind of task, {@code model_splits} for a split
 * @param taskData what it is given to do
 * @param taskStatus where it begins, normally {@link TaskStatus#PENDING}
 * @param taskStatusData what goes with the status
 */
public record NewTask(
    String taskType,
    Map<String, Object> taskData,
    String taskStatus,
    Map<String, Object> taskStatusData) {

  /**
   * Copies the data.
   *
   * @param taskType see {@link #taskType}
   * @param taskData see {@link #taskData}
   * @param taskStatus see {@link #taskStatus}
   * @param taskStatusData see {@link #taskStatusData}
   */
  public NewTask {
    taskData = Json.copyOf("task_data", taskData, 1);
    taskStatusData = Json.copyOf("task_status_data", taskStatusData, 1);
  }

  /**
   * {@return a pending task}
   *
   * @param taskType what kind of work, such as {@code model_splits}
   * @param taskData what the task is about, as JSON objects go
   */
  public static NewTask of(String taskType, Map<String, Object> taskData) {
    return new NewTask(taskType, taskData, TaskStatus.PENDING, Map.of());
  }

  /**
   * Reads a task to create as it comes over the wire; unknown fields are skipped, since clients in
   * the field send more than they need to.
   *
   * @param fields the object as JSON gives it
   * @return the task to create
   * @throws io.modelsplitter.error.BadInputException names every missing and wrong field
   */
  public static NewTask fromMap(Map<String, ?> fields) {
    return TaskFields.newTask(fields);
  }

  /** {@return the task to create as it goes over the wire} */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("task_type", taskType);
    map.put("task_data", taskData);
    map.put("task_status", taskStatus);
    map.put("task_status_data", taskStatusData);
    return map;
  }

  /**
   * {@return the task with its id, created at this time}
   *
   * @param taskId the id of the task
   * @param unixSeconds the time, in seconds since 1970
   */
  public Task toTask(String taskId, long unixSeconds) {
    return new Task(
        taskId, taskType, taskData, taskStatus, taskStatusData, unixSeconds, unixSeconds);
  }
}
