package io.modelsplitter.registry;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The wire names of a task. */
final class TaskFields {

  private TaskFields() {}

  static Task task(Map<String, ?> fields) {
    FieldErrors errors = new FieldErrors("task");
    String id = required(text(fields, "task_id", errors), "task_id", errors);
    String type = required(text(fields, "task_type", errors), "task_type", errors);
    Map<String, Object> data = orEmpty(object(fields, "task_data", errors));
    String status = required(text(fields, "task_status", errors), "task_status", errors);
    Map<String, Object> statusData = orEmpty(object(fields, "task_status_data", errors));
    long created = seconds(fields, "task_create_timestamp", errors);
    long updated = seconds(fields, "task_update_timestamp", errors);
    errors.throwIfAny();
    return new Task(id, type, data, status, statusData, created, updated);
  }

  static NewTask newTask(Map<String, ?> fields) {
    FieldErrors errors = new FieldErrors("task");
    String type = required(text(fields, "task_type", errors), "task_type", errors);
    if (!type.isEmpty()) {
      checkType(type, errors);
    }
    Map<String, Object> data = orEmpty(object(fields, "task_data", errors));
    String status = text(fields, "task_status", errors);
    if (status != null) {
      TaskStatus.check(status, errors);
    }
    Map<String, Object> statusData = orEmpty(object(fields, "task_status_data", errors));
    errors.throwIfAny();
    return new NewTask(type, data, status == null ? TaskStatus.PENDING : status, statusData);
  }

  static TaskChange change(Map<String, ?> fields) {
    FieldErrors errors = new FieldErrors("task update");
    for (String name : fields.keySet()) {
      switch (name) {
        case "task_type", "task_data", "task_status", "task_status_data" -> {}
        case "task_id", "task_create_timestamp", "task_update_timestamp" ->
            errors.add(name + " cannot be set");
        default -> errors.add(Json.show(name) + " is not a field of a task");
      }
    }
    String status = text(fields, "task_status", errors);
    if (status != null) {
      TaskStatus.check(status, errors);
    }
    TaskChange change =
        new TaskChange(
            text(fields, "task_type", errors),
            object(fields, "task_data", errors),
            status,
            object(fields, "task_status_data", errors));
    errors.throwIfAny();
    return change;
  }

  static void checkType(String type, FieldErrors errors) {
    errors.text("task_type", type);
    if (type.isEmpty() || type.length() > 255) {
      errors.add("task_type must have 1 to 255 characters, not " + type.length());
    }
  }

  private static @Nullable String text(Map<String, ?> fields, String name, FieldErrors errors) {
    Object value = fields.get(name);
    if (value == null || value instanceof String) {
      return (String) value;
    }
    errors.missingOrWrong(name, value, "a string");
    return null;
  }

  private static String required(@Nullable String value, String name, FieldErrors errors) {
    if (value == null || value.isEmpty()) {
      errors.missingOrWrong(name, value, "a non-empty string");
      return "";
    }
    return value;
  }

  private static @Nullable Map<String, Object> object(
      Map<String, ?> fields, String name, FieldErrors errors) {
    Object value = fields.get(name);
    if (value == null) {
      return null;
    }
    if (value instanceof Map<?, ?> map) {
      return copy(name, map, errors);
    }
    errors.missingOrWrong(name, value, "an object");
    return null;
  }

  @SuppressWarnings("unchecked") // Json.copyOf checks that every key is a string
  private static Map<String, Object> copy(String name, Map<?, ?> map, FieldErrors errors) {
    try {
      return Json.copyOf(name, (Map<String, Object>) map, 1);
    } catch (BadInputException e) {
      errors.add(String.valueOf(e.getMessage()));
      return Map.of();
    }
  }

  private static Map<String, Object> orEmpty(@Nullable Map<String, Object> map) {
    return map == null ? Map.of() : map;
  }

  private static long seconds(Map<String, ?> fields, String name, FieldErrors errors) {
    Object value = fields.get(name);
    if (value instanceof Integer || value instanceof Long) {
      return ((Number) value).longValue();
    }
    errors.missingOrWrong(name, value, "Unix seconds");
    return 0;
  }
}
