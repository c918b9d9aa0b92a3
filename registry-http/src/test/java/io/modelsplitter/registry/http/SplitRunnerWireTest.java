package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.job.SplitRunners;
import io.modelsplitter.json.Json;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Split runners on the wire. */
class SplitRunnerWireTest extends SplitRunnerServer {
  private static Map<String, Object> expected(String id, int port) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("split_runner_id", id);
    fields.put("split_runner_public_url", "http://192.168.0.106:" + port);
    fields.put("split_runner_metadata", Map.of("framework", MARKER));
    fields.put("split_runner_public_host", "192.168.0.106");
    fields.put("split_runner_tags", List.of("llm", "split"));
    return fields;
  }

  private static Map<String, Object> success(Object data) {
    return Map.of("success", true, "data", data);
  }

  private static Map<String, Object> json(HttpResponse<String> response) {
    return Json.parseObject("answer", response.body());
  }

  @Test
  void splitRunner_throughItsLife() {
    HttpResponse<String> made = send("POST", "/split-runner", runner("https://c.example.com"));
    assertEquals(201, made.statusCode());
    assertEquals(Optional.of("\"1\""), made.headers().firstValue("ETag"));
    String id = deployer.running().iterator().next();
    Map<String, Object> fields = expected(id, 30_001);
    Map<String, Object> data = new LinkedHashMap<>(fields);
    data.put("message", "SplitRunner created");
    data.put("id", id);
    assertEquals(success(data), json(made));

    HttpResponse<String> got = send("GET", "/split-runner/" + id, "");
    assertEquals(success(fields), json(got));
    assertEquals(200, send("HEAD", "/split-runner/" + id, "").statusCode());

    String change =
        """
        {"$set": {"split_runner_metadata.version": "2.0"},
         "$addToSet": {"split_runner_tags": "auto-scaled"}}
        """;
    HttpResponse<String> updated = send("PUT", "/split-runner/" + id, change, "If-Match", "\"1\"");
    assertEquals(200, updated.statusCode());
    assertTrue(updated.body().contains("\"SplitRunner updated\""), updated::body);
    assertTrue(updated.body().contains("auto-scaled"), updated::body);
    assertEquals(Optional.of("\"2\""), updated.headers().firstValue("ETag"));
    HttpResponse<String> late = send("PUT", "/split-runner/" + id, change, "If-Match", "\"1\"");
    assertEquals(412, late.statusCode());

    String filter =
        """
        {"split_runner_metadata.framework": "%s", "split_runner_tags": {"$in": ["llm"]}}
        """
            .formatted(MARKER);
    assertTrue(send("POST", "/split-runners", filter).body().contains(id));
    assertTrue(
        send("POST", "/split-runners?limit=1&sort=-split_runner_id", filter).body().contains(id));
    assertTrue(send("POST", "/split-runners?explain=true", filter).body().contains("index"));

    HttpResponse<String> deleted = send("DELETE", "/split-runner/" + id, "");
    assertEquals(success(Map.of("message", "SplitRunner deleted")), json(deleted));
    assertTrue(deployer.running().isEmpty());
    assertEquals(404, send("GET", "/split-runner/" + id, "").statusCode());
    assertEquals("{\"success\": true, \"data\": []}", send("POST", "/split-runners", "{}").body());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "POST   | /split-runner      | {           | 400 | not valid JSON",
        "POST   | /split-runner      | [1]         | 400 | JSON object",
        "POST   | /split-runner      | {}          | 400 | cluster_k8s_config is missing",
        "POST   | /split-runner      | {\"x\":1}   | 400 | \"x\" is not a field",
        "PUT    | /split-runner/h    | {\"a\":1}   | 400 | operators only",
        "PUT    | /split-runner/h    | {\"$bit\":{\"a\":1}} | 400 | $bit",
        "PUT    | /split-runner/h    | {\"$set\":{\"split_runner_tags\":[]}} | 404 | no split runner",
        "POST   | /split-runners     | {\"$where\":\"1\"} | 400 | $where",
        "POST   | /split-runners?limit=0  | {}     | 400 | limit",
        "POST   | /split-runners?sort=$nope | {}   | 400 | $nope",
        "POST   | /split-runners?colour=1 | {}     | 400 | colour",
        "GET    | /split-runner/none | ~~          | 404 | none",
        "DELETE | /split-runner/none | ~~          | 404 | none",
        "GET    | /split-runner/a%20b | ~~         | 404 | a b",
        "PATCH  | /split-runner/h    | {}          | 405 | method",
        "GET    | /split-runners     | ~~          | 405 | method",
      })
  void badRequest_isOneClearError(
      String method, String path, String body, String status, String part) {
    HttpResponse<String> response = send(method, path, body == null ? "" : body);
    assertEquals(status, String.valueOf(response.statusCode()), response::body);
    assertTrue(error(response).contains(part), response::body);
  }

  @Test
  void create_whereTheClusterIsAway_is502() {
    HttpResponse<String> away = send("POST", "/split-runner", runner("https://away.invalid"));
    assertEquals(502, away.statusCode());
    assertTrue(error(away).contains("away.invalid"));
    assertEquals("{\"success\": true, \"data\": []}", send("POST", "/split-runners", "{}").body());
  }

  @Test
  void tokens_aReaderMayQueryAndNoMore() throws Exception {
    Path tokens = Files.writeString(folder.resolve("tokens"), TokenLines.of("read", "reader"));
    String[] reader = HttpRequests.bearer("reader");
    server.close();
    server =
        RegistryServer.builder()
            .access(new Access(new TokenFile(tokens), null))
            .splitRunners(new SplitRunners(embedded.splitRunners(), deployer, null))
            .start();
    assertEquals(401, send("POST", "/split-runners", "{}").statusCode());
    assertEquals(200, send("POST", "/split-runners", "{}", reader).statusCode());
    assertEquals(404, send("GET", "/split-runner/none", "", reader).statusCode());
    assertEquals(403, send("POST", "/split-runner", "{}", reader).statusCode());
    assertEquals(403, send("PUT", "/split-runner/none", "{}", reader).statusCode());
    assertEquals(403, send("DELETE", "/split-runner/none", "", reader).statusCode());
  }
}
