package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.job.CredentialsKey;
import io.modelsplitter.job.MemoryDeployer;
import io.modelsplitter.job.SplitRunners;
import io.modelsplitter.json.Json;
import io.modelsplitter.registry.NewTask;
import io.modelsplitter.registry.TaskChange;
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
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What each token may, on the wire. */
@Timeout(60)
class AccessTest {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final String LAYER =
      "{\"model_layer_hash\": \"h\", \"model_asset_id\": \"a\","
          + " \"model_component_registry_uri\": \"c\", \"model_layer_public_url\": \"u\","
          + " \"model_layer_rank\": 0, \"model_world_size\": 1}";

  @TempDir Path folder;

  private final CredentialsKey key = CredentialsKey.random();
  private EmbeddedRegistry registry;
  private RegistryServer server;

  @BeforeEach
  void start() throws Exception {
    registry = EmbeddedRegistry.inMemory();
    write("read %s\nwrite %s\nadmin %s\n".formatted(sha256("r"), sha256("w"), sha256("a")));
    server = serve(key);
  }

  private RegistryServer serve(CredentialsKey of) {
    return RegistryServer.builder()
        .modelLayers(registry.modelLayers())
        .tasks(registry.tasks())
        .splitRunners(new SplitRunners(registry.splitRunners(), new MemoryDeployer(), of))
        .access(new Access(new TokenFile(folder.resolve("tokens")), new TaskTokens(of)))
        .start();
  }

  @AfterEach
  void close() {
    server.close();
    registry.close();
  }

  private void write(String tokens) throws IOException {
    Path made = Files.writeString(folder.resolve("new"), tokens);
    Files.move(made, folder.resolve("tokens"), StandardCopyOption.REPLACE_EXISTING);
  }

  private static String sha256(String text) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
  }

  private HttpResponse<String> send(String token, String method, String path, String body)
      throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(server.url() + path))
            .method(method, BodyPublishers.ofString(body))
            .header("Authorization", "Bearer " + token)
            .build();
    return HTTP.send(request, BodyHandlers.ofString());
  }

  private int status(String token, String method, String path, String body) throws Exception {
    return send(token, method, path, body).statusCode();
  }

  private String task() {
    return registry.tasks().create(NewTask.of("model_splits", Map.of())).taskId();
  }

  @Test
  void splitRunners_areDeployedByAdminsOnly() throws Exception {
    String body =
        "{\"split_runner_public_host\": \"h\", \"cluster_k8s_config\": {\"server\": \"https://c\"}}";
    assertEquals(403, status("r", "POST", "/split-runner", body));
    assertEquals(403, status("w", "POST", "/split-runner", body));
    assertEquals(403, status("w", "POST", "/split-runner/", body));
    assertTrue(status("w", "POST", "/split%2Drunner", body) >= 400);
    assertTrue(status("w", "POST", "//split-runner", body) >= 400);
    HttpResponse<String> created = send("a", "POST", "/split-runner", body);
    assertEquals(201, created.statusCode(), created::body);
    Map<?, ?> data = (Map<?, ?>) Json.parseObject("answer", created.body()).get("data");
    String path = "/split-runner/" + (data == null ? "" : data.get("id"));
    assertEquals(200, status("r", "GET", path, ""));
    assertEquals(200, status("r", "POST", "/split-runners", "{}"));
    assertEquals(403, status("w", "DELETE", path, ""));
    assertEquals(403, status("w", "DELETE", path + "/", ""));
    assertEquals(200, status("a", "DELETE", path, ""));
  }

  @Test
  void finalTask_isReopenedByAdminsOnly() throws Exception {
    String id = task();
    registry.tasks().update(id, TaskChange.status("failed", Map.of()));
    String body = "{\"task_status\": \"pending\"}";
    assertEquals(409, status("w", "PUT", "/task/" + id, body));
    String late = "{\"task_id\": \"%s\", \"status\": \"pending\", \"task_status_data\": {}}";
    assertEquals(409, status("a", "POST", "/task_update", late.formatted(id)));
    assertEquals(409, status("a", "PUT", "/task/" + id, "{\"task_status\": \"complete\"}"));
    assertEquals(200, status("a", "PUT", "/task/" + id, body));
    assertEquals("pending", registry.tasks().get(id).taskStatus());
  }

  @Test
  void taskToken_mayWhatItsJobNeedsAndNoMore() throws Exception {
    String own = task();
    String other = task();
    assertEquals(403, status("r", "POST", "/task/" + own + "/token", ""));
    assertEquals(404, status("w", "POST", "/task/nobody/token", ""));
    HttpResponse<String> issued = send("w", "POST", "/task/" + own + "/token", "");
    Map<?, ?> data = (Map<?, ?>) Json.parseObject("answer", issued.body()).get("data");
    String token = String.valueOf(data == null ? "" : data.get("token"));
    String update = "{\"task_id\": \"%s\", \"status\": \"in_progress\", \"task_status_data\": {}}";

    assertEquals(200, status(token, "GET", "/task/" + own, ""));
    assertEquals(200, status(token, "PUT", "/task/" + own, "{\"task_status\": \"in_progress\"}"));
    assertEquals(200, status(token, "POST", "/task_update", update.formatted(own)));
    assertEquals(201, status(token, "POST", "/model-layer", LAYER));
    assertEquals(200, status(token, "GET", "/model-layer/h", ""));
    assertEquals(200, status(token, "POST", "/model-layers", "{}"));
    String reuse = "{\"$addToSet\": {\"model_layer_metadata\": {\"asset_id\": \"b\"}}}";
    assertEquals(200, status(token, "PUT", "/model-layer/h", reuse));

    String change = "{\"$set\": {\"model_layer_public_url\": \"evil\"}}";
    assertEquals(403, status(token, "PUT", "/model-layer/h", change));
    assertEquals(403, status(token, "DELETE", "/model-layer/h", ""));
    assertEquals(403, status(token, "GET", "/task/" + other, ""));
    assertEquals(403, status(token, "PUT", "/task/" + other, "{}"));
    assertEquals(403, status(token, "POST", "/task_update", update.formatted(other)));
    assertEquals(403, status(token, "DELETE", "/task/" + own, ""));
    assertEquals(403, status(token, "GET", "/tasks", ""));
    assertEquals(403, status(token, "POST", "/task/" + own + "/token", ""));
    assertEquals(403, status(token, "POST", "/split-runners", "{}"));
    assertEquals(401, status(token.replace(own, other), "GET", "/task/" + other, ""));
    assertEquals(401, status(token + "x", "GET", "/task/" + own, ""));
  }

  @Test
  void taskToken_isGoodForEveryServerWithTheKey() throws Exception {
    String id = task();
    String token = new TaskTokens(key).token(id);
    server.close();
    server = serve(key);
    assertEquals(200, status(token, "GET", "/task/" + id, ""));
    server.close();
    server = serve(CredentialsKey.random());
    assertEquals(401, status(token, "GET", "/task/" + id, ""));
  }

  @Test
  void tokenFile_isReadAgainAndKeptWhileItIsBroken() throws Exception {
    assertEquals(401, status("new", "GET", "/tasks", ""));
    write("read %s\nread %s\n".formatted(sha256("r"), sha256("new")));
    while (status("new", "GET", "/tasks", "") != 200) {
      Thread.onSpinWait();
    }
    assertEquals(401, status("w", "GET", "/tasks", ""));
    TokenFile file = new TokenFile(folder.resolve("tokens"));
    assertTrue(file.tokens().holder("new").isPresent());
    write("king of everything\n");
    long looked = System.nanoTime();
    while (System.nanoTime() - looked < 2_100_000_000L) { // it looks once in this time
      assertTrue(file.tokens().holder("new").isPresent());
      Thread.onSpinWait();
    }
    assertEquals(200, status("new", "GET", "/tasks", ""));
    write("read %s\n".formatted(sha256("newer")));
    while (file.tokens().holder("newer").isEmpty()) {
      Thread.onSpinWait();
    }
    assertFalse(file.tokens().holder("new").isPresent());
  }
}
