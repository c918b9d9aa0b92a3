package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.job.CredentialsKey;
import io.modelsplitter.job.MemoryDeployer;
import io.modelsplitter.job.SplitRunners;
import io.modelsplitter.json.Json;
import io.modelsplitter.registry.NewTask;
import io.modelsplitter.registry.TaskChange;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What each token may, on the wire. */
@Timeout(60)
class AccessTest {
  private static final String LAYER =
      "{\"model_layer_hash\": \"h\", \"model_asset_id\": \"a\","
          + " \"model_component_registry_uri\": \"c\", \"model_layer_public_url\": \"u\","
          + " \"model_layer_rank\": 0, \"model_world_size\": 1}";

  @TempDir Path folder;

  private final CredentialsKey key = CredentialsKey.random();
  private EmbeddedRegistry registry;
  private RegistryServer server;

  @BeforeEach
  void start() throws IOException {
    registry = EmbeddedRegistry.inMemory();
    Files.writeString(
        folder.resolve("tokens"),
        TokenLines.of("read", "r") + TokenLines.of("write", "w") + TokenLines.of("admin", "a"));
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

  private HttpResponse<String> send(String token, String method, String path, String body) {
    return HttpRequests.send(server, method, path, body, HttpRequests.bearer(token));
  }

  private int status(String token, String method, String path, String body) {
    return send(token, method, path, body).statusCode();
  }

  private String task() {
    return registry.tasks().create(NewTask.of("model_splits", Map.of())).taskId();
  }

  @Test
  void splitRunners_areDeployedByAdminsOnly() {
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
  void finalTask_isReopenedByAdminsOnly() {
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
  void taskToken_mayWhatItsJobNeedsAndNoMore() {
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
  void taskToken_isGoodForEveryServerWithTheKey() {
    String id = task();
    String token = new TaskTokens(key).token(id);
    server.close();
    server = serve(key);
    assertEquals(200, status(token, "GET", "/task/" + id, ""));
    server.close();
    server = serve(CredentialsKey.random());
    assertEquals(401, status(token, "GET", "/task/" + id, ""));
  }
}
