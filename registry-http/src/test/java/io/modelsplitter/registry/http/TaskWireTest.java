package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.json.Json;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tasks on the wire. */
class TaskWireTest extends WireServer {

  @Test
  void task_withAKey_isCreatedOnce() {
    String body = "{\"task_type\": \"t\", \"task_data\": {\"n\": 1}}";
    HttpResponse<String> created = keyed(body, "wire-" + hash);
    assertEquals(201, created.statusCode(), created::body);
    assertTrue(created.body().startsWith("{\"success\":true,\"data\":{\"message\":\"Task created"));
    assertEquals("\"1\"", created.headers().firstValue("ETag").orElse(""));
    HttpResponse<String> again = keyed(body, "wire-" + hash);
    assertEquals(200, again.statusCode());
    assertEquals(created.body().replace("Task created", "Task exists"), again.body());
    HttpResponse<String> other = keyed(body.replace("1", "2"), "wire-" + hash);
    assertEquals(409, other.statusCode());
    assertTrue(created.body().contains(taskId(other)));
    assertTrue(error(keyed(body, "a b")).contains("Idempotency-Key"));
    assertEquals(400, keyed(body, "a b").statusCode());
    assertEquals(400, keyed(body, "").statusCode());
  }

  private static String taskId(HttpResponse<String> answer) {
    return String.valueOf(((Map<?, ?>) json(answer).getOrDefault("data", Map.of())).get("task_id"));
  }

  private HttpResponse<String> keyed(String body, String key) {
    return send("POST", "/task", body, "Idempotency-Key", key);
  }

  @Test
  void task_throughItsLife() {
    HttpResponse<String> created =
        send("POST", "/task", "{\"task_type\": \"model_splits\", \"task_data\": {\"a\": 1}}");
    assertEquals(200, created.statusCode());
    String id = taskId(created);
    String update = "{\"task_id\": \"%s\", \"status\": \"%s\", \"task_status_data\": {\"n\": 1}}";
    assertEquals(
        200, send("POST", "/task_update", update.formatted(id, "in_progress")).statusCode());
    assertEquals(200, send("POST", "/task_update", update.formatted(id, "complete")).statusCode());
    assertEquals(200, send("POST", "/task_update", update.formatted(id, "completed")).statusCode());
    HttpResponse<String> late = send("POST", "/task_update", update.formatted(id, "failed"));
    assertEquals(409, late.statusCode());
    assertEquals(error(late), json(late).get("message"));
    assertEquals(409, send("PUT", "/task/" + id, "{\"task_status\":\"pending\"}").statusCode());

    Map<String, Object> task = Json.parseObject("task", send("GET", "/task/" + id, "").body());
    Map<?, ?> data = (Map<?, ?>) task.getOrDefault("data", Map.of());
    assertEquals(
        List.of(
            "task_id",
            "task_type",
            "task_data",
            "task_status",
            "task_status_data",
            "task_create_timestamp",
            "task_update_timestamp"),
        List.copyOf(data.keySet()));
    assertEquals("complete", data.get("task_status"));
    assertTrue(data.get("task_create_timestamp") instanceof Integer);
    assertTrue(
        send("GET", "/tasks?task_type=model_splits&task_status=completed", "").body().contains(id));
    assertEquals(200, send("DELETE", "/task/" + id, "").statusCode());
    assertEquals(404, send("GET", "/task/" + id, "").statusCode());
  }

  @Test
  void tasks_areFoundByAFilter() {
    send("POST", "/task", "{\"task_type\": \"" + hash + "\", \"task_data\": {\"n\": 3}}");
    String filter = "{\"task_type\": \"" + hash + "\", \"task_data.n\": {\"$gte\": 3}}";
    String found = send("POST", "/tasks", filter).body();
    assertEquals(2, found.split("\"task_id\"", -1).length, found);
    Map<String, Object> plan = json(send("POST", "/tasks?explain=true&limit=1", filter));
    assertTrue(Json.write(plan).contains("index"), () -> Json.write(plan));
  }
}
