package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.json.Json;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the runnable jar answers to those who send a kubeconfig. */
@Timeout(120)
class ServerRunnersIT {
  @TempDir Path folder;

  private static HttpResponse<String> create(
      ServerProcess server, String clusterUrl, Map<String, Object> user) {
    Map<String, Object> config =
        Map.of(
            "current-context",
            "here",
            "contexts",
            List.of(Map.of("name", "here", "context", Map.of("cluster", "c", "user", "u"))),
            "clusters",
            List.of(Map.of("name", "c", "cluster", Map.of("server", clusterUrl))),
            "users",
            List.of(Map.of("name", "u", "user", user)));
    String body =
        Json.write(
            Map.of("cluster_k8s_config", config, "split_runner_public_host", "192.168.0.106"));
    return server.send("POST", "/split-runner", body);
  }

  @Test
  void create_configThatRunsAProgram_isRefusedAndItNeverRuns() throws Exception {
    Path canary = folder.resolve("canary");
    Map<String, Object> exec =
        Map.of("exec", Map.of("command", "touch", "args", List.of(canary.toString())));
    try (ServerProcess server = ServerProcess.start(folder, "--port=0")) {
      HttpResponse<String> answer = create(server, "https://kubernetes.invalid", exec);
      assertEquals(400, answer.statusCode(), answer::body);
      assertTrue(answer.body().contains("users[0].user.exec"), answer::body);
      assertFalse(Files.exists(canary));
    }
  }

  @Test
  void create_clusterThatIsThisMachine_isRefusedAndNeverCalled() throws Exception {
    try (ServerSocket canary = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ServerProcess server = ServerProcess.start(folder, "--port=0")) {
      String url = "https://127.0.0.1:" + canary.getLocalPort();
      HttpResponse<String> answer = create(server, url, Map.of("token", "t"));
      assertEquals(400, answer.statusCode(), answer::body);
      assertTrue(answer.body().contains("server"), answer::body);
      canary.setSoTimeout(1);
      assertThrows(IOException.class, canary::accept);
    }
  }

  @Test
  void create_clusterThatIsAway_is502AndLeavesNoRecord() throws Exception {
    try (ServerProcess server =
        ServerProcess.start(
            folder, "--port=0", "--allow-local-clusters", "--runner-image=example/server:1")) {
      HttpResponse<String> answer =
          create(server, "https://127.0.0.1:1", Map.of("token", "canary-token"));
      assertEquals(502, answer.statusCode(), answer::body);
      assertTrue(answer.body().contains("cannot reach the cluster"), answer::body);
      assertFalse(answer.body().contains("canary-token"), answer::body);
      String list = server.send("POST", "/split-runners", "{}").body();
      assertEquals(List.of(), Json.parseObject("answer", list).get("data"));
    }
  }

  @Test
  void create_withoutAnImageOfRunners_is503AfterTheChecks() throws Exception {
    try (ServerProcess server = ServerProcess.start(folder, "--port=0", "--allow-local-clusters")) {
      HttpResponse<String> answer = create(server, "https://127.0.0.1:1", Map.of("token", "t"));
      assertEquals(503, answer.statusCode(), answer::body);
      assertTrue(answer.body().contains("--runner-image"), answer::body);
      Map<String, Object> exec = Map.of("exec", Map.of("command", "true"));
      assertEquals(400, create(server, "https://127.0.0.1:1", exec).statusCode());
    }
  }

  @Test
  void create_onPostgresWithoutAKey_is503AfterTheChecks() throws Exception {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start();
        ServerProcess server =
            ServerProcess.start(
                folder,
                "--port=0",
                "--allow-local-clusters",
                "--runner-image=example/server:1",
                "--db-user=postgres",
                "--jdbc-url=" + postgres.getJdbcUrl("postgres", "postgres"))) {
      HttpResponse<String> answer = create(server, "https://127.0.0.1:1", Map.of("token", "t"));
      assertEquals(503, answer.statusCode(), answer::body);
      assertTrue(answer.body().contains("--credentials-key-file"), answer::body);
      Map<String, Object> exec = Map.of("exec", Map.of("command", "true"));
      assertEquals(400, create(server, "https://127.0.0.1:1", exec).statusCode());
    }
  }

  @Test
  void launcherKubernetes_outsideOfACluster_isOneLineAndExitCode2() throws Exception {
    assertRefused("give a kubeconfig file", "--launcher=kubernetes");
    assertRefused("the kubeconfig file none", "--launcher=kubernetes", "--kubeconfig=none");
    assertRefused(
        "the namespace of jobs is no name: \"A_b\"",
        "--launcher=kubernetes",
        "--job-namespace=A_b");
    assertRefused("namespace of runners", "--runner-namespace=A_b");
  }

  private void assertRefused(String part, String... arguments) throws Exception {
    Map<String, String> environment = Map.of("MODEL_SPLITTER_PORT", "0");
    ServerProcess.assertRefused(folder, environment, part, arguments);
  }
}
