package io.modelsplitter.registry.embedded;

import io.modelsplitter.json.Json;
import io.modelsplitter.registry.Task;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;

/** A task as a row of {@code task}. */
record TaskRow(
    String id,
    String type,
    String data,
    String status,
    String statusData,
    long created,
    long updated)
    implements Row.Content<Task> {

  static final String INSERT =
      """
      INSERT INTO task (
        task_id, task_type, task_data, task_status, task_status_data,
        task_create_timestamp, task_update_timestamp, version, shape)
      VALUES (:id, :type, :data, :status, :statusData, :created, :updated, 1, :shape)
      """;

  static final String UPDATE =
      """
      UPDATE task SET
        task_type = :type, task_data = :data, task_status = :status,
        task_status_data = :statusData, task_update_timestamp = :updated,
        version = version + 1, shape = :shape
      WHERE task_id = :id
      """;

  /** What a row tells to a query. */
  static Row<Task> row(ResultSet rows) throws SQLException {
    return new Row<>(
        rows.getLong("task_number"),
        rows.getLong("version"),
        rows.getObject("shape") != null,
        content(rows));
  }

  /** What its statements bind, but for {@code shape}. */
  static Map<String, Object> values(Task task) {
    Map<String, Object> values = new HashMap<>();
    values.put("id", task.taskId());
    values.put("type", task.taskType());
    values.put("data", Json.write(task.taskData()));
    values.put("status", task.taskStatus());
    values.put("statusData", Json.write(task.taskStatusData()));
    values.put("updated", task.taskUpdateTimestamp());
    return values;
  }

  static TaskRow content(ResultSet rows) throws SQLException {
    return new TaskRow(
        rows.getString("task_id"),
        rows.getString("task_type"),
        rows.getString("task_data"),
        rows.getString("task_status"),
        rows.getString("task_status_data"),
        rows.getLong("task_create_timestamp"),
        rows.getLong("task_update_timestamp"));
  }

  @Override
  public Task read() {
    return new Task(
        id,
        type,
        Json.parseObject("task_data", data),
        status,
        Json.parseObject("task_status_data", statusData),
        created,
        updated);
  }

  @Override
  public Map<String, ?> along(String[] path) {
    return switch (path[0]) {
      case "task_data" -> along(path, data);
      case "task_status_data" -> along(path, statusData);
      default -> new Task(id, type, Map.of(), status, Map.of(), created, updated).toMap();
    };
  }

  private static Map<String, ?> along(String[] path, String json) {
    return Collections.singletonMap(path[0], Json.parseAlong(path[0], json, path, 1));
  }

  @Override
  public long characters() {
    return data.length() + (long) statusData.length();
  }
}
