package io.modelsplitter.registry.embedded;

import io.modelsplitter.error.ConflictException;
import io.modelsplitter.error.NotFoundException;
import io.modelsplitter.json.Json;
import io.modelsplitter.registry.NewTask;
import io.modelsplitter.registry.RecordIds;
import io.modelsplitter.registry.Task;
import io.modelsplitter.registry.TaskChange;
import io.modelsplitter.registry.TaskQuery;
import io.modelsplitter.registry.TaskRegistry;
import io.modelsplitter.registry.TaskStatus;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;

/** Tasks in the table {@code task}. */
final class JdbcTaskRegistry implements TaskRegistry {
  private final Database database;

  JdbcTaskRegistry(Database database) {
    this.database = database;
  }

  @Override
  public Task create(NewTask newTask) {
    Task task = newTask.toTask(UUID.randomUUID().toString(), now());
    database.run(
        handle ->
            bind(
                    handle.createUpdate(
                        """
                        INSERT INTO task (
                          task_id, task_type, task_data, task_status, task_status_data,
                          task_create_timestamp, task_update_timestamp)
                        VALUES (:id, :type, :data, :status, :statusData, :created, :updated)
                        """),
                    task)
                .bind("created", task.taskCreateTimestamp())
                .execute());
    return task;
  }

  @Override
  public Task get(String taskId) {
    return database.run(handle -> find(handle, taskId, ""));
  }

  @Override
  public Task update(String taskId, TaskChange change) {
    return database.inTransaction(
        handle -> {
          Task before = find(handle, taskId, "FOR UPDATE");
          if (before.isFinal()) {
            return unchanged(before, change);
          }
          Task after = change.apply(before, now());
          bind(
                  handle.createUpdate(
                      """
                      UPDATE task SET
                        task_type = :type, task_data = :data, task_status = :status,
                        task_status_data = :statusData, task_update_timestamp = :updated
                      WHERE task_id = :id
                      """),
                  after)
              .execute();
          return after;
        });
  }

  @Override
  public void delete(String taskId) {
    int deleted =
        RecordIds.isValid(taskId)
            ? database.run(
                handle ->
                    handle
                        .createUpdate("DELETE FROM task WHERE task_id = :id")
                        .bind("id", taskId)
                        .execute())
            : 0;
    if (deleted == 0) {
      throw notFound(taskId);
    }
  }

  @Override
  public Optional<String> query(TaskQuery query, Consumer<? super Task> action) {
    SortOrder oldestFirst = new SortOrder(List.of());
    RowReader<Task> reader =
        new RowReader<>(database, TaskSource.TABLE, (rows, context) -> row(rows), null);
    return new RecordScan<>(reader, new TaskSource(reader, query), task -> true)
        .run(query.limit(), oldestFirst.place(query.after()), row -> action.accept(row.value()))
        .map(oldestFirst::cursor);
  }

  private static Row<Task> row(ResultSet rows) throws SQLException {
    return new Row<>(rows.getLong("task_number"), 1, true, TaskRow.content(rows));
  }

  /** The same final status again is fine and writes nothing; anything else comes too late. */
  private static Task unchanged(Task task, TaskChange change) {
    if (change.taskStatus() != null && TaskStatus.same(change.taskStatus(), task.taskStatus())) {
      return task;
    }
    throw new ConflictException(
        "task " + task.taskId() + " is " + task.taskStatus() + ", which is final",
        task.taskId(),
        task.toMap());
  }

  private static Task find(Handle handle, String taskId, String lock) {
    if (!RecordIds.isValid(taskId)) {
      throw notFound(taskId);
    }
    return handle
        .createQuery("SELECT * FROM task WHERE task_id = :id " + lock)
        .bind("id", taskId)
        .map((rows, context) -> TaskRow.content(rows).read())
        .findOne()
        .orElseThrow(() -> notFound(taskId));
  }

  private static Update bind(Update statement, Task task) {
    return statement
        .bind("id", task.taskId())
        .bind("type", task.taskType())
        .bind("data", Json.write(task.taskData()))
        .bind("status", task.taskStatus())
        .bind("statusData", Json.write(task.taskStatusData()))
        .bind("updated", task.taskUpdateTimestamp());
  }

  private static NotFoundException notFound(String taskId) {
    return new NotFoundException("there is no task " + Json.show(taskId), taskId);
  }

  private static long now() {
    return Instant.now().getEpochSecond();
  }
}
