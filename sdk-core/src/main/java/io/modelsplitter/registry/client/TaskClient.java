package io.modelsplitter.registry.client;

import io.modelsplitter.error.ConflictException;
import io.modelsplitter.error.NotFoundException;
import io.modelsplitter.json.Json;
import io.modelsplitter.registry.Explanation;
import io.modelsplitter.registry.IdempotencyKeys;
import io.modelsplitter.registry.NewTask;
import io.modelsplitter.registry.Query;
import io.modelsplitter.registry.RecordIds;
import io.modelsplitter.registry.Registration;
import io.modelsplitter.registry.Task;
import io.modelsplitter.registry.TaskChange;
import io.modelsplitter.registry.TaskQuery;
import io.modelsplitter.registry.TaskRegistry;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import okhttp3.Headers;
import okhttp3.HttpUrl;

/**
 * The task registry over HTTP. Thread-safe; nothing is sent before the first call.
 *
 * <pre>{@code
 * TaskRegistry tasks = TaskClient.fromEnvironment();
 * tasks.update(taskId, TaskChange.status(TaskStatus.COMPLETE, result));
 * }</pre>
 */
public final class TaskClient implements TaskRegistry {
  private static final String UPDATE_PATH = "/task_update";

  private final RegistryHttp http;
  private final FilteredList<Task> tasks;

  private TaskClient(ClientSettings settings) {
    String url = settings.url();
    String trimmed = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    String base =
        trimmed.endsWith(UPDATE_PATH)
            ? trimmed.substring(0, trimmed.length() - UPDATE_PATH.length())
            : trimmed;
    this.http = new RegistryHttp("task registry", settings.at(base));
    this.tasks =
        new FilteredList<>(http, "tasks", "the answer of the task registry", Task::fromMap);
  }

  /**
   * {@return a client for the registry in {@code TASK_STATUS_UPDATE_URL}, {@code
   * TASK_DB_STATUS_UPDATE_URL} or {@code GLOBAL_TASKS_DB_URL}, the first that is set}
   */
  public static TaskClient fromEnvironment() {
    return from(System.getenv());
  }

  /**
   * As {@link #fromEnvironment()}, from these variables.
   *
   * @param environment the variables by their names, as {@link System#getenv()} gives them
   * @return the client; nothing is sent yet
   */
  public static TaskClient from(Map<String, String> environment) {
    return new TaskClient(
        ClientSettings.of(
            Endpoints.required(
                environment,
                "TASK_STATUS_UPDATE_URL",
                "TASK_DB_STATUS_UPDATE_URL",
                "GLOBAL_TASKS_DB_URL"),
            Endpoints.token(environment)));
  }

  /**
   * {@return a client for the registry at this base URL; a trailing {@code /task_update} is taken
   * off}
   *
   * @param url an http or https URL; a slash at its end is dropped
   */
  public static TaskClient at(String url) {
    return builder(url).build();
  }

  /**
   * As {@link #at}, to say more.
   *
   * @param url an http or https URL; a slash at its end is dropped
   * @return a builder with the defaults
   */
  public static RegistryClientBuilder<TaskClient> builder(String url) {
    return new RegistryClientBuilder<>(url, TaskClient::new);
  }

  @Override
  public Task create(NewTask task) {
    // Twice would be two tasks, so this is repeated only when nothing was sent.
    return created(http.call("POST", http.url("task").build(), task.toMap(), false, ""));
  }

  /**
   * As the port has it. Where the registry is another service than ours, and does not know the
   * header {@code Idempotency-Key}, each call creates a task, and so may each time that it is
   * repeated.
   */
  @Override
  public Registration<Task> create(NewTask task, String idempotencyKey) {
    IdempotencyKeys.check(idempotencyKey);
    Headers key = Headers.of("Idempotency-Key", idempotencyKey);
    try {
      var answer = http.call("POST", http.url("task").build(), task.toMap(), key, true, "");
      return new Registration<>(answer.stored(created(answer)), answer.status() == 201);
    } catch (ConflictException e) {
      String id = e.stored().get("task_id") instanceof String taskId ? taskId : e.id();
      throw new ConflictException(String.valueOf(e.getMessage()), id, e.stored());
    }
  }

  private Task created(RegistryHttp.Answer answer) {
    Object id = answer.data().get("task_id");
    return answer.data().containsKey("task_status") || !(id instanceof String taskId)
        ? Task.fromMap(answer.data())
        : get(taskId);
  }

  @Override
  public Task get(String taskId) {
    return Task.fromMap(http.call("GET", taskUrl(taskId), null, true, taskId).data());
  }

  /**
   * {@return a token that lets the job of the task in, and only as far as it needs; none where the
   * registry issues none}
   *
   * @param taskId the id of the task
   * @throws io.modelsplitter.error.AccessDeniedException when this client may not write
   */
  public Optional<String> taskToken(String taskId) {
    HttpUrl url = taskUrl(taskId).newBuilder().addPathSegment("token").build();
    try {
      var answer = http.call("POST", url, Map.of(), true, taskId);
      return answer.data().get("token") instanceof String token
          ? Optional.of(token)
          : Optional.empty();
    } catch (NotFoundException e) {
      return Optional.empty();
    }
  }

  @Override
  public Task update(String taskId, TaskChange change) {
    HttpUrl url = taskUrl(taskId);
    boolean statusOnly =
        change.taskStatus() != null && change.taskType() == null && change.taskData() == null;
    var answer =
        statusOnly && change.taskStatusData() != null
            ? http.call("POST", http.url("task_update").build(), wire(taskId, change), true, taskId)
            : http.call("PUT", url, change.toMap(), true, taskId);
    return changed(taskId, answer);
  }

  @Override
  public Task reopen(String taskId, TaskChange change) {
    return changed(taskId, http.call("PUT", taskUrl(taskId), change.toMap(), true, taskId));
  }

  /** Any other service may answer no more than that it is done. */
  private Task changed(String taskId, RegistryHttp.Answer answer) {
    return answer.data().containsKey("task_status") ? Task.fromMap(answer.data()) : get(taskId);
  }

  @Override
  public void delete(String taskId) {
    http.call("DELETE", taskUrl(taskId), null, false, taskId);
  }

  @Override
  public Optional<String> query(TaskQuery query, Consumer<? super Task> action) {
    HttpUrl.Builder url = http.url("tasks");
    if (query.taskType() != null) {
      url.addQueryParameter("task_type", query.taskType());
    }
    if (query.taskStatus() != null) {
      url.addQueryParameter("task_status", query.taskStatus());
    }
    if (query.limit() > 0) {
      url.addQueryParameter("limit", String.valueOf(query.limit()));
    }
    if (query.after() != null) {
      url.addQueryParameter("after", query.after());
    }
    return tasks.stream("GET", url.build(), null, action);
  }

  @Override
  public Optional<String> query(Query query, Consumer<? super Task> action) {
    return tasks.query(query, action);
  }

  @Override
  public Explanation explain(Query query) {
    return tasks.explain(query);
  }

  private HttpUrl taskUrl(String taskId) {
    if (!RecordIds.isValid(taskId)) {
      throw new NotFoundException("there is no task " + Json.show(taskId), taskId);
    }
    return http.url("task", taskId).build();
  }

  private static Map<String, Object> wire(String taskId, TaskChange change) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("task_id", taskId);
    body.put("status", change.taskStatus());
    body.put("task_status_data", change.taskStatusData());
    return body;
  }
}
