package io.modelsplitter.registry.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import io.modelsplitter.registry.NewTask;
import io.modelsplitter.registry.Registration;
import io.modelsplitter.registry.Task;
import io.modelsplitter.registry.TaskChange;
import io.modelsplitter.registry.TaskQuery;
import io.modelsplitter.registry.TaskRegistry;
import io.modelsplitter.registry.TaskStatus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code /task}, {@code /tasks} and {@code /task_update}. */
final class TaskRoutes implements Routes {
  private static final Set<String> OPTIONS = Set.of("task_type", "task_status", "limit", "after");

  private final TaskRegistry registry;

  TaskRoutes(TaskRegistry registry) {
    this.registry = registry;
  }

  @Override
  public void add(RoutesConfig routes) {
    routes.post("/task", this::create);
    routes.get("/task/{id}", this::get);
    routes.head("/task/{id}", this::get);
    routes.put("/task/{id}", this::update);
    routes.delete("/task/{id}", this::delete);
    routes.get("/tasks", this::query);
    routes.head("/tasks", this::query);
    routes.post("/tasks", new FilterRoute<Task>(registry::query, registry::explain, Task::toMap));
    routes.post("/task_update", this::updateStatus);
  }

  private void create(Context ctx) {
    NewTask task = NewTask.fromMap(Bodies.object(ctx));
    String key = ctx.header("Idempotency-Key");
    if (key == null) {
      Answers.success(ctx, Answers.withMessage("Task created", registry.create(task).toMap()));
      return;
    }
    Registration<Task> done = registry.create(task, key);
    ctx.status(done.created() ? 201 : 200);
    Answers.version(ctx, done.stored());
    String message = done.created() ? "Task created" : "Task exists";
    Answers.success(ctx, Answers.withMessage(message, done.stored().value().toMap()));
  }

  private void get(Context ctx) {
    Answers.success(ctx, registry.get(ctx.pathParam("id")).toMap());
  }

  private void update(Context ctx) {
    TaskChange change = TaskChange.fromMap(Bodies.object(ctx));
    String id = ctx.pathParam("id");
    String status = change.taskStatus();
    boolean reopens = Caller.isAdmin(ctx) && status != null && !TaskStatus.isFinal(status);
    updated(ctx, reopens ? registry.reopen(id, change) : registry.update(id, change));
  }

  /** The executors' form: {@code {"task_id", "status", "task_status_data"}}. */
  private void updateStatus(Context ctx) {
    Map<String, Object> body = Bodies.object(ctx);
    if (!(body.get("task_id") instanceof String id) || id.isEmpty()) {
      throw new BadInputException(
          "task_id must be a non-empty string, not " + Json.show(body.get("task_id")));
    }
    Caller.checkTask(ctx, id);
    if (body.get("status") == null) {
      throw new BadInputException("status is missing; it must be the task's new status");
    }
    Map<String, Object> change = new LinkedHashMap<>();
    change.put("task_status", body.get("status"));
    change.put("task_status_data", body.get("task_status_data"));
    updated(ctx, registry.update(id, TaskChange.fromMap(change)));
  }

  private static void updated(Context ctx, Task task) {
    Answers.success(ctx, Answers.withMessage("Task updated", task.toMap()));
  }

  private void delete(Context ctx) {
    registry.delete(ctx.pathParam("id"));
    Answers.success(ctx, Map.of("message", "Task deleted"));
  }

  private void query(Context ctx) {
    Parameters.onlyKnown(ctx, OPTIONS);
    TaskQuery query =
        new TaskQuery(
            ctx.queryParam("task_type"),
            ctx.queryParam("task_status"),
            Parameters.limit(ctx),
            ctx.queryParam("after"));
    if (query.limit() == 0) {
      Answers.stream(ctx, Task::toMap, action -> registry.query(query, action));
      return;
    }
    List<Map<String, Object>> page = new ArrayList<>();
    Optional<String> next = registry.query(query, task -> page.add(task.toMap()));
    Answers.page(ctx, page, next);
  }
}
