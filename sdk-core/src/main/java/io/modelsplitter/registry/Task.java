package io.modelsplitter.registry;

import io.modelsplitter.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A task as the task registry holds it.
 *
 * @param taskId the primary key, made by the registry
 * @param taskType what kind of task, {@code model_splits} for a split
 * @param taskData what the task was given to do
 * @param taskStatus how far it is; see {@link TaskStatus}
 * @param taskStatusData what goes with the status: progress, the result, or {@code error}
 * @param taskCreateTimestamp when it was created, in Unix seconds
 * @param taskUpdateTimestamp when it last changed, in Unix seconds
 */
public record Task(
    String taskId,
    String taskType,
    Map<String, Object> taskData,
    String taskStatus,
    Map<String, Object> taskStatusData,
    long taskCreateTimestamp,
    long taskUpdateTimestamp) {

  /**
   * Copies the data and checks every field; a message names all that are wrong.
   *
   * @param taskId see {@link #taskId}
   * @param taskType see {@link #taskType}
   * @param taskData see {@link #taskData}
   * @param taskStatus see {@link #taskStatus}
   * @param taskStatusData see {@link #taskStatusData}
   * @param taskCreateTimestamp see {@link #taskCreateTimestamp}
   * @param taskUpdateTimestamp see {@link #taskUpdateTimestamp}
   */
  public Task {
    FieldErrors errors = new FieldErrors("task");
    errors.id("task_id", taskId);
    TaskFields.checkType(taskType, errors);
    TaskStatus.check(taskStatus, errors);
    errors.throwIfAny();
    taskData = Json.copyOf("task_data", taskData, 1);
    taskStatusData = Json.copyOf("task_status_data", taskStatusData, 1);
  }

  /** {@return whether the task is over: a late update cannot change it} */
  public boolean isFinal() {
    return TaskStatus.isFinal(taskStatus);
  }

  /**
   * Reads a task as it comes over the wire; fields that are not a task's are skipped.
   *
   * @param fields the object as JSON gives it
   * @return the task
   * @throws io.modelsplitter.error.BadInputException names every missing and wrong field
   */
  public static Task fromMap(Map<String, ?> fields) {
    return TaskFields.task(fields);
  }

  /** {@return the task as it goes over the wire} */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("task_id", taskId);
    map.put("task_type", taskType);
    map.put("task_data", taskData);
    map.put("task_status", taskStatus);
    map.put("task_status_data", taskStatusData);
    map.put("task_create_timestamp", seconds(taskCreateTimestamp));
    map.put("task_update_timestamp", seconds(taskUpdateTimestamp));
    return map;
  }

  /** As a JSON number is read: an int where it fits, which {@code $type} tells apart. */
  private static Number seconds(long value) {
    return value == (int) value ? (Number) (int) value : (Number) value;
  }
}
