package io.modelsplitter.registry.embedded;

import io.modelsplitter.json.Json;
import io.modelsplitter.registry.NewTask;
import io.modelsplitter.registry.Task;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The rows of {@code task_key}: which task was created with which key. */
final class TaskKeys {

  private TaskKeys() {}

  /** A task that was created with a key, and what was asked for then. */
  record Keyed(Row<Task> task, String request) {}

  /**
   * Takes a key, and waits where somebody else is about to: it is refused as a duplicate if that
   * one commits.
   */
  static void insert(Handle handle, String key, String taskId, String request) {
    handle
        .createUpdate(
            """
            INSERT INTO task_key (idempotency_key, task_id, request)
            VALUES (:key, :id, :request)
            """)
        .bind("key", key)
        .bind("id", taskId)
        .bind("request", request)
        .execute();
  }

  static Optional<Keyed> find(Handle handle, String key) {
    return handle
        .createQuery(
            ("SELECT " + DocumentTable.TASK.select())
                + ", k.request FROM task_key k JOIN task r ON r.task_id = k.task_id"
                + " WHERE k.idempotency_key = :key")
        .bind("key", key)
        .map((rows, context) -> new Keyed(TaskRow.row(rows), rows.getString("request")))
        .findOne();
  }

  /** Frees the key of a task, where it has one. */
  static void delete(Handle handle, String taskId) {
    handle.createUpdate("DELETE FROM task_key WHERE task_id = :id").bind("id", taskId).execute();
  }

  /**
   * A digest of what a task is to do. The order of the fields does not count: a client that is
   * started anew may send them in another one.
   */
  static String request(NewTask task) {
    var digest = Digests.sha256();
    try (OutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
      Json.write(List.of(task.taskType(), sorted(task.taskData())), out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static Map<String, @Nullable Object> sorted(Map<?, ?> map) {
    Map<String, @Nullable Object> sorted = new TreeMap<>();
    map.forEach((name, value) -> sorted.put(String.valueOf(name), sortedValue(value)));
    return sorted;
  }

  private static @Nullable Object sortedValue(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      return sorted(map);
    }
    if (value instanceof List<?> list) {
      List<@Nullable Object> elements = new ArrayList<>();
      list.forEach(element -> elements.add(sortedValue(element)));
      return elements;
    }
    return value;
  }
}
