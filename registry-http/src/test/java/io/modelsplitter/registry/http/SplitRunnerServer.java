package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.modelsplitter.job.CredentialsKey;
import io.modelsplitter.job.MemoryDeployer;
import io.modelsplitter.job.RunnerDeployer;
import io.modelsplitter.job.SplitRunners;
import io.modelsplitter.json.Json;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A server of split runners on an H2 file, and a client that is not ours. */
abstract class SplitRunnerServer {
  static final String CANARY = "canary-9e1f77-token-of-a-cluster";
  static final String MARKER = "marker-that-anybody-may-see";

  final MemoryDeployer deployer = new MemoryDeployer();
  final List<String> answers = new ArrayList<>();
  EmbeddedRegistry embedded;
  RegistryServer server;

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

  void restart(@Nullable RunnerDeployer deployer, @Nullable CredentialsKey key) {
    stop();
    open(deployer, key);
  }

  HttpResponse<String> send(String method, String path, String body, String... headers) {
    HttpResponse<String> response = HttpRequests.send(server, method, path, body, headers);
    answers.add(response.headers() + response.body());
    return response;
  }

  static String error(HttpResponse<String> response) {
    Map<String, Object> json = Json.parseObject("answer", response.body());
    assertEquals(false, json.get("success"));
    assertFalse(response.body().contains("Exception"), response::body);
    return String.valueOf(json.get("error"));
  }

  static String runner(String server) {
    return """
        {"cluster_k8s_config": {"server": "%s", "token": "%s"},
         "split_runner_public_host": "192.168.0.106",
         "split_runner_metadata": {"framework": "%s"},
         "split_runner_tags": ["llm", "split"]}
        """
        .formatted(server, CANARY, MARKER);
  }

  String created() {
    HttpResponse<String> response = send("POST", "/split-runner", runner("https://c.example.com"));
    assertEquals(201, response.statusCode(), response::body);
    Map<?, ?> data = (Map<?, ?>) Json.parseObject("answer", response.body()).get("data");
    return String.valueOf(data == null ? "" : data.get("id"));
  }
}
