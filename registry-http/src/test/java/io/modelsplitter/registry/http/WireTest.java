package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies that no endpoint takes, methods that it does not have, and what is answered then. */
class WireTest extends WireServer {

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
  void body_thatIsTooLargeAndOfNoToldLength_is413() throws Exception {
    HttpClient http = HttpClient.newHttpClient();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url() + "/task"))
            .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[9 << 20])))
            .build();
    for (int i = 0; i < 20; i++) {
      assertEquals(413, http.send(request, BodyHandlers.ofString()).statusCode());
    }
  }

  @Test
  void body_thatIsTooDeep_is400() {
    String deep = "{\"a\":".repeat(100_000);
    assertEquals(400, send("POST", "/model-layers", deep).statusCode());
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
}
