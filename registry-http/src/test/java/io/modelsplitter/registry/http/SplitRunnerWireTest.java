package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.job.CredentialsKey;
import io.modelsplitter.job.MemoryDeployer;
import io.modelsplitter.job.RunnerDeployer;
import io.modelsplitter.job.SplitRunners;
import io.modelsplitter.json.Json;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Split runners on the wire, with a client that is not ours, on an H2 file. */
class SplitRunnerWireTest {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final String CANARY = "canary-9e1f77-token-of-a-cluster";
  private static final String MARKER = "marker-that-anybody-may-see";

  private final MemoryDeployer deployer = new MemoryDeployer();
  private final List<String> answers = new ArrayList<>();
  private EmbeddedRegistry embedded;
  private RegistryServer server;

  @TempDir Path folder;

  @BeforeEach
  void start() {
    open(deployer, CredentialsKey.inFolder(folder));
  }

  private void open(@Nullable RunnerDeployer deployer, @Nullable CredentialsKey key) {
    embedded = EmbeddedRegistry.open("jdbc:h2:file:" + folder.resolve("registry"), "sa", "");
    server =
        RegistryServer.builder()
            .splitRunners(new SplitRunners(embedded.splitRunners(), deployer, key))
            .start();
  }

  @AfterEach
  void stop() {
    server.close();
    embedded.close();
  }

  private void restart(@Nullable RunnerDeployer deployer, @Nullable CredentialsKey key) {
    stop();
    open(deployer, key);
  }

  private HttpResponse<String> send(String method, String path, String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server.url() + path))
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    try {
      HttpResponse<String> response = HTTP.send(request.build(), BodyHandlers.ofString());
      answers.add(response.headers() + response.body());
      return response;
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String error(HttpResponse<String> response) {
    Map<String, Object> json = Json.parseObject("answer", response.body());
    assertEquals(false, json.get("success"));
    assertFalse(response.body().contains("Exception"), response::body);
    return String.valueOf(json.get("error"));
  }

  private static String runner(String server) {
    return """
        {"cluster_k8s_config": {"server": "%s", "token": "%s"},
         "split_runner_public_host": "192.168.0.106",
         "split_runner_metadata": {"framework": "%s"},
         "split_runner_tags": ["llm", "split"]}
        """
        .formatted(server, CANARY, MARKER);
  }

  private String created() {
    HttpResponse<String> response = send("POST", "/split-runner", runner("https://c.example.com"));
    assertEquals(201, response.statusCode(), response::body);
    Map<?, ?> data = (Map<?, ?>) Json.parseObject("answer", response.body()).get("data");
    return String.valueOf(data == null ? "" : data.get("id"));
  }

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
  void withoutADeployer_onlyWhatNeedsOneIs503() {
    String id = created();
    restart(null, CredentialsKey.inFolder(folder));
    assertEquals(400, send("POST", "/split-runner", "{}").statusCode());
    HttpResponse<String> create = send("POST", "/split-runner", runner("https://c.example.com"));
    assertEquals(503, create.statusCode());
    assertEquals("no runner deployer configured", error(create));
    assertTrue(create.headers().firstValue("Retry-After").isPresent());
    assertEquals(404, send("DELETE", "/split-runner/none", "").statusCode());
    assertEquals(503, send("DELETE", "/split-runner/" + id, "").statusCode());
    assertEquals(200, send("GET", "/split-runner/" + id, "").statusCode());
    String update = "{\"$set\": {\"split_runner_tags\": []}}";
    assertEquals(200, send("PUT", "/split-runner/" + id, update).statusCode());
  }

  @Test
  void withoutAKey_createIs503AfterTheOtherChecks() {
    restart(deployer, null);
    HttpResponse<String> refused =
        send("POST", "/split-runner", runner("https://c.example.com").replace("token", "exec"));
    assertEquals(400, refused.statusCode());
    assertTrue(error(refused).contains("exec"));
    assertEquals(400, send("POST", "/split-runner", runner("http://c")).statusCode());
    HttpResponse<String> create = send("POST", "/split-runner", runner("https://c.example.com"));
    assertEquals(503, create.statusCode());
    assertTrue(error(create).contains("--credentials-key-file"), create::body);
    assertTrue(deployer.running().isEmpty());
  }

  @Test
  void delete_withAnotherKey_is503AndKeepsEverything() {
    String id = created();
    restart(deployer, CredentialsKey.random());
    HttpResponse<String> deleted = send("DELETE", "/split-runner/" + id, "");
    assertEquals(503, deleted.statusCode());
    assertTrue(error(deleted).contains("another credentials key"), deleted::body);
    assertTrue(deployer.running().contains(id));
    restart(deployer, CredentialsKey.inFolder(folder));
    assertEquals(200, send("DELETE", "/split-runner/" + id, "").statusCode());
    assertTrue(deployer.running().isEmpty());
  }

  @Test
  void credentials_areNowhereToBeSeen() throws IOException {
    String id = created();
    assertEquals(200, send("GET", "/split-runner/" + id, "").statusCode());
    String rename = "{\"$rename\": {\"credentials\": \"split_runner_metadata.x\"}}";
    assertEquals(400, send("PUT", "/split-runner/" + id, rename).statusCode());
    String update = "{\"$set\": {\"split_runner_metadata.n\": 1}}";
    assertEquals(200, send("PUT", "/split-runner/" + id, update).statusCode());
    for (String filter :
        List.of(
            "{}",
            "{\"cluster_k8s_config\": {\"$exists\": true}}",
            "{\"credentials\": {\"$regex\": \".\"}}",
            "{\"cluster_k8s_config.token\": {\"$ne\": 1}}")) {
      for (String options : List.of("", "?limit=5&sort=credentials", "?explain=true")) {
        assertEquals(200, send("POST", "/split-runners" + options, filter).statusCode());
      }
    }
    String notAnObject = "{\"cluster_k8s_config\": \"%s\"}".formatted(CANARY);
    assertEquals(400, send("POST", "/split-runner", notAnObject).statusCode());
    String refused = runner("https://c.example.com").replace("token", "exec");
    assertEquals(400, send("POST", "/split-runner", refused).statusCode());
    assertEquals(502, send("POST", "/split-runner", runner("https://x.invalid")).statusCode());
    created();
    assertEquals(200, send("DELETE", "/split-runner/" + id, "").statusCode());

    assertTrue(String.join("\n", answers).contains(MARKER));
    assertFalse(String.join("\n", answers).contains(CANARY), () -> String.join("\n", answers));
    stop();
    assertTrue(isInTheFolder(MARKER));
    assertFalse(isInTheFolder(CANARY));
    assertFalse(isInTheFolder("cluster_k8s_config"));
  }

  private boolean isInTheFolder(String text) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String bytes = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        if (bytes.contains(text)
            || bytes.contains(
                new String(
                    text.getBytes(StandardCharsets.UTF_16BE), StandardCharsets.ISO_8859_1))) {
          return true;
        }
      }
    }
    return false;
  }

  @Test
  void tokens_aReaderMayQueryAndNoMore() throws Exception {
    Path tokens = Files.writeString(folder.resolve("tokens"), "read " + SHA256_OF_READER + "\n");
    String[] reader = {"Authorization", "Bearer reader"};
    server.close();
    server =
        RegistryServer.builder()
            .tokens(AccessTokens.read(tokens))
            .splitRunners(new SplitRunners(embedded.splitRunners(), deployer, null))
            .start();
    assertEquals(401, send("POST", "/split-runners", "{}").statusCode());
    assertEquals(200, send("POST", "/split-runners", "{}", reader).statusCode());
    assertEquals(404, send("GET", "/split-runner/none", "", reader).statusCode());
    assertEquals(403, send("POST", "/split-runner", "{}", reader).statusCode());
    assertEquals(403, send("PUT", "/split-runner/none", "{}", reader).statusCode());
    assertEquals(403, send("DELETE", "/split-runner/none", "", reader).statusCode());
  }

  private static final String SHA256_OF_READER =
      "3d0941964aa3ebdcb00ccef58b1bb399f9f898465e9886d5aec7f31090a0fb30";
}
