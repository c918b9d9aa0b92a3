package io.modelsplitter.registry.embedded;

import io.modelsplitter.error.ConflictException;
import io.modelsplitter.error.NotFoundException;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.json.Json;
import io.modelsplitter.registry.Explanation;
import io.modelsplitter.registry.Explanation.AnsweredBy;
import io.modelsplitter.registry.IdempotencyKeys;
import io.modelsplitter.registry.NewTask;
import io.modelsplitter.registry.Query;
import io.modelsplitter.registry.RecordIds;
import io.modelsplitter.registry.Registration;
import io.modelsplitter.registry.Stored;
import io.modelsplitter.registry.Task;
import io.modelsplitter.registry.TaskChange;
import io.modelsplitter.registry.TaskQuery;
import io.modelsplitter.registry.TaskRegistry;
import io.modelsplitter.registry.TaskStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;

/** Tasks in the table {@code task}. */
final class JdbcTaskRegistry implements TaskRegistry {
  private static final Row.Mapper<Task> ROW = TaskRow::row;

  /** A result may name every tensor of a large model, and must not be lost for it. */
  private static final int MAX_ENTRIES = 1_000_000;

  private static final int ATTEMPTS = 10;

  private final Database database;
  private final IndexedTable<Task> table;

  JdbcTaskRegistry(Database database) {
    this.database = database;
    this.table =
        new IndexedTable<>(database, DocumentTable.TASK, TaskRow::row, Task::toMap, MAX_ENTRIES);
  }

  @Override
  public Task create(NewTask newTask) {
    Task task = newTask.toTask(UUID.randomUUID().toString(), now());
    table.insert(task, TaskRow.INSERT, newValues(task));
    return task;
  }

  private static Map<String, Object> newValues(Task task) {
    Map<String, Object> values = TaskRow.values(task);
    values.put("created", task.taskCreateTimestamp());
    return values;
  }

  /** The unique key decides who creates it; the others wait for that one, and read its task. */
  @Override
  public Registration<Task> create(NewTask newTask, String idempotencyKey) {
    IdempotencyKeys.check(idempotencyKey);
    String request = TaskKeys.request(newTask);
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      Task task = newTask.toTask(UUID.randomUUID().toString(), now());
      try {
        table.insertAfter(
            handle -> TaskKeys.insert(handle, idempotencyKey, task.taskId(), request),
            task,
            TaskRow.INSERT,
            newValues(task));
        return new Registration<>(stored(task, 1), true);
      } catch (JdbiException e) {
        if (!Database.isDuplicateKey(e)) {
          throw e;
        }
      }
      var there = database.run(handle -> TaskKeys.find(handle, idempotencyKey));
      if (there.isPresent()) { // else it was deleted meanwhile, and the key is free
        return existing(idempotencyKey, there.get(), request);
      }
    }
    throw new UnavailableException(
        "the task with the Idempotency-Key " + Json.show(idempotencyKey) + " comes and goes", null);
  }

  private static Registration<Task> existing(String key, TaskKeys.Keyed there, String request) {
    Task task = there.task().value();
    if (there.request().equals(request)) {
      return new Registration<>(stored(task, there.task().version()), false);
    }
    throw new ConflictException(
        "Idempotency-Key %s was used for another task, %s".formatted(Json.show(key), task.taskId()),
        task.taskId(),
        task.toMap());
  }

  private static Stored<Task> stored(Task task, long version) {
    return new Stored<>(task, version, Instant.ofEpochSecond(task.taskUpdateTimestamp()));
  }

  @Override
  public Task get(String taskId) {
    checkId(taskId);
    return database
        .find(DocumentTable.TASK, taskId, ROW)
        .orElseThrow(() -> notFound(taskId))
        .value();
  }

  @Override
  public Task update(String taskId, TaskChange change) {
    return update(taskId, change, false);
  }

  @Override
  public Task reopen(String taskId, TaskChange change) {
    return update(taskId, change, true);
  }

  private Task update(String taskId, TaskChange change, boolean reopens) {
    boolean[] ends = {false};
    Task updated =
        table.inTransaction(
            handle -> {
              ends[0] = false; // what is done again may end otherwise
              Row<Task> before = lock(handle, taskId);
              if (before.value().isFinal() && !reopens) {
                return unchanged(before.value(), change);
              }
              Task after = change.apply(before.value(), now());
              table.replace(handle, before, after, TaskRow.UPDATE, TaskRow.values(after));
              ends[0] = after.isFinal() && !before.value().isFinal();
              return after;
            });
    if (ends[0]) {
      database.counts().ended(updated.taskStatus());
    }
    return updated;
  }

  @Override
  public void delete(String taskId) {
    table.inTransaction(
        handle -> {
          table.delete(handle, lock(handle, taskId));
          TaskKeys.delete(handle, taskId);
          return taskId;
        });
  }

  @Override
  public Optional<String> query(TaskQuery query, Consumer<? super Task> action) {
    SortOrder oldestFirst = new SortOrder(List.of());
    RowReader<Task> reader = new RowReader<>(database, DocumentTable.TASK, ROW, null);
    database.counts().queried(DocumentTable.TASK, AnsweredBy.INDEX);
    return new RecordScan<>(reader, new TaskSource(reader, query), task -> true)
        .run(query.limit(), oldestFirst.place(query.after()), row -> action.accept(row.value()))
        .map(oldestFirst::cursor);
  }

  @Override
  public Optional<String> query(Query query, Consumer<? super Task> action) {
    return table.query(TaskStatus.anySpelling(query), action);
  }

  @Override
  public Explanation explain(Query query) {
    return table.explain(TaskStatus.anySpelling(query));
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

  private static Row<Task> lock(Handle handle, String taskId) {
    checkId(taskId);
    return handle
        .createQuery(
            ("SELECT " + DocumentTable.TASK.select())
                + " FROM task r WHERE r.task_id = :id FOR UPDATE")
        .bind("id", taskId)
        .map(ROW)
        .findOne()
        .orElseThrow(() -> notFound(taskId));
  }

  private static void checkId(String taskId) {
    if (!RecordIds.isValid(taskId)) {
      throw notFound(taskId);
    }
  }

  private static NotFoundException notFound(String taskId) {
    return new NotFoundException("there is no task " + Json.show(taskId), taskId);
  }

  private static long now() {
    return Instant.now().getEpochSecond();
  }
}
