package io.modelsplitter.registry.embedded;

import io.modelsplitter.json.Json;
import io.modelsplitter.registry.Task;
import java.sql.ResultSet;
import java.sql.SQLException;
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
    return read().toMap();
  }

  @Override
  public long characters() {
    return data.length() + (long) statusData.length();
  }
}
