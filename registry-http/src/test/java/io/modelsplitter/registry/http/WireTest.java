package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.json.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is on the wire, with a client that is not ours. */
class WireTest {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private static RemoteRegistries remote;

  private String hash = "";

  @BeforeAll
  static void start() {
    remote = new RemoteRegistries();
  }

  @AfterAll
  static void stop() {
    remote.close();
  }

  @BeforeEach
  void useANewHash() {
    hash = UUID.randomUUID().toString();
  }

  private static HttpResponse<String> send(
      String method, String path, String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(remote.url() + path))
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    try {
      return HTTP.send(request.build(), BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Map<String, Object> json(HttpResponse<String> response) {
    assertEquals(
        "application/json",
        response.headers().firstValue("Content-Type").orElse("").split(";", 2)[0]);
    return Json.parseObject("answer", response.body());
  }

  private String layer() {
    return """
        {"model_layer_hash": "%s", "model_asset_id": "%s",
         "model_component_registry_uri": "registry://component/decoder",
         "model_layer_public_url": "https://example.com/layers/abc123",
         "model_layer_metadata": [{"precision": "fp16"}],
         "model_layer_rank": 0, "model_world_size": 4}
        """
        .formatted(hash, hash);
  }

  private static String error(HttpResponse<String> response) {
    Map<String, Object> json = json(response);
    assertEquals(false, json.get("success"));
    assertFalse(response.body().contains("Exception"), response::body);
    return String.valueOf(json.get("error"));
  }

  @Test
  void createLayer_answers201ThenTheSame200ThenAnother409() {
    Map<String, Object> expected = new LinkedHashMap<>();
    expected.put("message", "ModelLayer created");
    expected.put("id", hash);
    expected.putAll(Json.parseObject("layer", layer()));
    HttpResponse<String> created = send("POST", "/model-layer", layer());
    assertEquals(201, created.statusCode());
    assertEquals(Map.of("success", true, "data", expected), json(created));
    assertEquals(Optional.of("\"1\""), created.headers().firstValue("ETag"));

    HttpResponse<String> again = send("POST", "/model-layer", layer());
    assertEquals(200, again.statusCode());
    expected.put("message", "ModelLayer exists");
    assertEquals(expected, json(again).get("data"));

    HttpResponse<String> other = send("POST", "/model-layer", layer().replace("fp16", "fp32"));
    assertEquals(409, other.statusCode());
    assertTrue(error(other).contains(hash));
    assertEquals(Json.parseObject("layer", layer()), json(other).get("data"));
  }

  @Test
  void layer_getUpdateDelete() {
    send("POST", "/model-layer", layer());
    HttpResponse<String> got = send("GET", "/model-layer/" + hash, "");
    assertEquals(200, got.statusCode());
    assertEquals(Map.of("success", true, "data", Json.parseObject("layer", layer())), json(got));
    assertTrue(
        got.headers()
            .firstValue("Last-Modified")
            .orElse("")
            .matches("(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \\d\\d [A-Z][a-z]{2} \\d{4} [\\d:]{8} GMT"));

    HttpResponse<String> updated =
        send(
            "PUT",
            "/model-layer/" + hash,
            """
            {"$set": {"model_layer_public_url": "https://example.com/layers/abc123-v2",
             "model_layer_metadata": [{"precision": "fp32"}]}}
            """);
    assertEquals(200, updated.statusCode());
    assertTrue(updated.body().contains("\"ModelLayer updated\""));
    assertTrue(updated.body().contains("abc123-v2"));
    assertEquals(Optional.of("\"2\""), updated.headers().firstValue("ETag"));

    assertEquals(200, send("DELETE", "/model-layer/" + hash, "").statusCode());
    assertEquals(404, send("GET", "/model-layer/" + hash, "").statusCode());
    assertEquals(404, send("DELETE", "/model-layer/" + hash, "").statusCode());
    assertEquals(
        404,
        send("PUT", "/model-layer/" + hash, "{\"$set\":{\"model_asset_id\":\"x\"}}").statusCode());
  }

  @Test
  void layers_query_isTheFilterItself() {
    send("POST", "/model-layer", layer());
    String filter = "{\"model_asset_id\": \"%s\", \"model_layer_rank\": 0}".formatted(hash);
    for (String path : List.of("/model-layers", "/model-layers/")) {
      HttpResponse<String> found =
          send("POST", path, filter, "Content-Type", "application/json; charset=utf-8");
      assertEquals(
          Map.of("success", true, "data", List.of(Json.parseObject("layer", layer()))),
          json(found));
    }
    assertEquals(
        "{\"success\": true, \"data\": []}",
        send("POST", "/model-layers", "{\"model_asset_id\":\"none\"}").body());
  }

  @Test
  void layers_limit_linksToTheRest() {
    for (int rank = 0; rank < 3; rank++) {
      String other =
          layer()
              .replace("\"model_layer_hash\": \"", "\"model_layer_hash\": \"" + rank)
              .replace("rank\": 0", "rank\": " + rank);
      assertEquals(201, send("POST", "/model-layer", other).statusCode());
    }
    String filter = "{\"model_asset_id\": \"%s\"}".formatted(hash);
    List<Object> ranks = new ArrayList<>();
    String path = "/model-layers?limit=2&sort=-model_layer_rank,model_layer_hash";
    int pages = 0;
    while (!path.isEmpty()) {
      HttpResponse<String> page = send("POST", path, filter);
      pages++;
      for (Object layer : (List<?>) json(page).getOrDefault("data", List.of())) {
        ranks.add(((Map<?, ?>) layer).get("model_layer_rank"));
      }
      Matcher link =
          Pattern.compile("<(.*)>; rel=\"next\"")
              .matcher(page.headers().firstValue("Link").orElse(""));
      path = link.matches() ? link.group(1) : "";
    }
    assertEquals(List.of(2, 1, 0), ranks);
    assertEquals(2, pages);
  }

  @Test
  void task_withAKey_isCreatedOnce() throws Exception {
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

  private HttpResponse<String> keyed(String body, String key) throws Exception {
    return HTTP.send(
        HttpRequest.newBuilder(URI.create(remote.url() + "/task"))
            .header("Idempotency-Key", key)
            .POST(BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
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

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "POST   | /model-layer      | {           | 400 | not valid JSON",
        "POST   | /model-layer      | [1]         | 400 | JSON object",
        "POST   | /model-layer      | {}          | 400 | model_asset_id is missing",
        "POST   | /model-layer      | {\"x\":1}   | 400 | \"x\" is not a field",
        "PUT    | /model-layer/h    | {\"a\":1}   | 400 | operators only",
        "PUT    | /model-layer/h    | {\"$bit\":{\"a\":1}} | 400 | $bit",
        "PUT    | /model-layer/h    | {\"$set\":{\"model_asset_id\":\"x\"}} | 404 | no model layer",
        "POST   | /model-layers     | {\"$where\":\"1\"} | 400 | $where",
        "POST   | /model-layers     | {\"a\":{\"$near\":1}} | 400 | $near",
        "POST   | /model-layers     | {\"a\":{\"$regex\":\"(\"}} | 400 | $regex",
        "POST   | /model-layers?limit=0  | {}     | 400 | limit",
        "POST   | /model-layers?limit=x  | {}     | 400 | limit",
        "POST   | /model-layers?sort=     | {}    | 400 | sort",
        "POST   | /model-layers?sort=$nope | {}   | 400 | $nope",
        "POST   | /model-layers?sort=%7B%22a%22:2%7D | {} | 400 | 1 or -1",
        "POST   | /model-layers?explain=1 | {}    | 400 | explain",
        "POST   | /tasks | {\"task_data.n\": {\"$where\": 1}} | 400 | $where",
        "POST   | /tasks?task_type=x | {}         | 400 | task_type",
        "POST   | /model-layers?after=x   | {}    | 400 | cursor",
        "POST   | /model-layers?colour=1  | {}    | 400 | colour",
        "GET    | /model-layer/none | ~~          | 404 | none",
        "GET    | /model-layer/a%20b | ~~         | 404 | a b",
        "GET    | /model-layer/..%2f | ~~         | 4   | ~~",
        "GET    | /model-layer/%00   | ~~         | 400 | ~~",
        "GET    | /nowhere          | ~~          | 404 | endpoint",
        "PATCH  | /model-layer/h    | {}          | 405 | method",
        "GET    | /model-layers     | ~~          | 405 | method",
        "POST   | /task             | {}          | 400 | task_type",
        "POST   | /task             | {\"task_type\":\"t\",\"task_status\":\"x\"} | 400 | task_status",
        "POST   | /task_update      | {}          | 400 | task_id",
        "POST   | /task_update      | {\"task_id\":\"none\"} | 400 | status",
        "POST   | /task_update      | {\"task_id\":\"none\",\"status\":\"failed\"} | 404 | none",
        "PUT    | /task/none        | {\"task_id\":\"x\"} | 400 | task_id",
        "GET    | /tasks?limit=-1   | ~~          | 400 | limit",
      })
  void badRequest_isOneClearError(
      String method, String path, String body, String status, String part) {
    HttpResponse<String> response = send(method, path, body == null ? "" : body);
    String actual = String.valueOf(response.statusCode());
    assertTrue(actual.startsWith(status), () -> actual + " " + response.body());
    String error = error(response);
    assertTrue(part == null || error.contains(part), error);
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded", "text/json-but-not"})
  void contentType_thatIsNotJson_is415(String type) {
    HttpResponse<String> response = send("POST", "/model-layer", layer(), "Content-Type", type);
    assertEquals(415, response.statusCode());
    assertTrue(error(response).contains("application/json"));
  }

  @Test
  void body_thatIsTooLarge_is413() {
    String large =
        "{\"task_type\": \"t\", \"task_data\": {\"x\": \"" + "x".repeat(9 << 20) + "\"}}";
    assertEquals(413, send("POST", "/task", large).statusCode());
    assertEquals(200, send("POST", "/task", large.replace("x".repeat(2 << 20), "")).statusCode());
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

  @Test
  void body_thatIsTooLargeAndOfNoToldLength_is413() {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(remote.url() + "/task"))
            .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[9 << 20])))
            .build();
    for (int i = 0; i < 20; i++) {
      try {
        assertEquals(413, HTTP.send(request, BodyHandlers.ofString()).statusCode());
      } catch (IOException | InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Test
  void head_answersLikeGet() {
    assertEquals(404, send("HEAD", "/model-layer/none", "").statusCode());
    assertEquals(404, send("HEAD", "/task/none", "").statusCode());
    send("POST", "/model-layer", layer());
    HttpResponse<String> there = send("HEAD", "/model-layer/" + hash, "");
    assertEquals(200, there.statusCode());
    assertEquals(Optional.of("\"1\""), there.headers().firstValue("ETag"));
  }

  @Test
  void wrongMethod_namesTheRightOnes() {
    HttpResponse<String> response = send("PATCH", "/model-layer/h", "{}");
    assertTrue(response.headers().firstValue("Allow").orElse("").contains("PUT"));
  }

  @Test
  void metadata_thatIsTooDeep_is400AndNotStored() {
    String deepest = layer().replace("\"fp16\"", "[".repeat(197) + "]".repeat(197));
    assertEquals(201, send("POST", "/model-layer", deepest).statusCode());
    assertEquals(200, send("GET", "/model-layer/" + hash, "").statusCode());
    assertEquals(200, send("DELETE", "/model-layer/" + hash, "").statusCode());
    String deep = layer().replace("\"fp16\"", "[".repeat(198) + "]".repeat(198));
    assertEquals(400, send("POST", "/model-layer", deep).statusCode());
    assertEquals(404, send("GET", "/model-layer/" + hash, "").statusCode());
  }

  @Test
  void filter_ofTheWholeLanguage_isAnswered() {
    send("POST", "/model-layer", layer());
    String filter =
        """
        {"model_asset_id": "%s", "$or": [{"model_layer_rank": {"$gt": 5}},
         {"model_layer_metadata": {"$elemMatch": {"precision": {"$regex": "^FP", "$options": "i"}}}}]}
        """
            .formatted(hash);
    assertTrue(send("POST", "/model-layers", filter).body().contains(hash));
  }

  @Test
  void body_thatIsTooDeep_is400() {
    String deepest = layer().replace("\"fp16\"", "[".repeat(197) + "]".repeat(197));
    assertEquals(201, send("POST", "/model-layer", deepest).statusCode());
    assertEquals(200, send("GET", "/model-layer/" + hash, "").statusCode());
    assertEquals(200, send("DELETE", "/model-layer/" + hash, "").statusCode());
    String deep = "{\"a\":".repeat(100_000);
    assertEquals(400, send("POST", "/model-layers", deep).statusCode());
  }
}
