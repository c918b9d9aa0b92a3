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
    Columns columns = new Columns(rows);
    String id = columns.text();
    String type = columns.text();
    String status = columns.text();
    long created = columns.number();
    long updated = columns.number();
    long version = columns.number();
    long number = columns.number();
    boolean isIndexed = columns.isThere();
    String data = columns.text();
    String statusData = columns.text();
    return new Row<>(
        number,
        version,
        isIndexed,
        new TaskRow(id, type, data, status, statusData, created, updated));
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
