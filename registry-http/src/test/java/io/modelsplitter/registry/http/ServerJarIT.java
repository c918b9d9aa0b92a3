package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.error.AccessDeniedException;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.query.Filter;
import io.modelsplitter.registry.ModelLayer;
import io.modelsplitter.registry.NewSplitRunner;
import io.modelsplitter.registry.NewTask;
import io.modelsplitter.registry.Task;
import io.modelsplitter.registry.TaskQuery;
import io.modelsplitter.registry.client.ModelLayerClient;
import io.modelsplitter.registry.client.SplitRunnerClient;
import io.modelsplitter.registry.client.TaskClient;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The runnable jar: its flags, its ready line, its ends. */
class ServerJarIT {
  private static final ModelLayer LAYER =
      new ModelLayer("h", "a", "c", "u", List.of(Map.of("x", 1)), 0, 1);

  @TempDir Path folder;

  @Test
  void start_withNothingElse_keepsItsDataInTheFolder() throws Exception {
    try (ServerProcess server = ServerProcess.start(folder, "--port", "0")) {
      ModelLayerClient.at(server.url()).create(LAYER);
      assertEquals(128 + 15, server.terminate());
    }
    assertTrue(Files.exists(folder.resolve("data/model-splitter.mv.db")));
    assertEquals(
        "rw-------",
        PosixFilePermissions.toString(
            Files.getPosixFilePermissions(folder.resolve("data/credentials.key"))));
    try (ServerProcess server = ServerProcess.start(folder, "--port=0")) {
      assertEquals(LAYER, ModelLayerClient.at(server.url()).get("h").value());
    }
  }

  @Test
  void start_onPostgres() throws Exception {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start();
        ServerProcess server =
            ServerProcess.start(
                folder,
                "--port=0",
                "--jdbc-url",
                postgres.getJdbcUrl("postgres", "postgres"),
                "--db-user=postgres")) {
      Task task = TaskClient.at(server.url()).create(NewTask.of("model_splits", Map.of()));
      assertEquals(task, TaskClient.at(server.url()).get(task.taskId()));
    }
  }

  @Test
  void roles_serveWhatTheySay() throws Exception {
    try (ServerProcess runner = ServerProcess.start(folder, "--port=0", "--role=runner")) {
      assertEquals(503, status(runner, "POST", "/start_model_split_job"));
      assertEquals(404, status(runner, "GET", "/tasks"));
    }
    assertTrue(Files.notExists(folder.resolve("data")));
    try (ServerProcess registry = ServerProcess.start(folder, "--port=0", "--role", "registry")) {
      assertEquals(404, status(registry, "POST", "/start_model_split_job"));
      assertEquals(200, status(registry, "GET", "/tasks"));
      NewSplitRunner wanted =
          new NewSplitRunner(Map.of("server", "https://c"), "h", Map.of(), List.of());
      SplitRunnerClient runners = SplitRunnerClient.at(registry.url());
      BadInputException e = assertThrows(BadInputException.class, () -> runners.create(wanted));
      assertTrue(String.valueOf(e.getMessage()).contains("kubeconfig"), e::getMessage);
      assertEquals(List.of(), runners.query(Filter.all()));
    }
    try (ServerProcess all = ServerProcess.start(folder, "--port=0")) {
      assertEquals(503, status(all, "POST", "/start_model_split_job"));
      assertEquals(200, status(all, "GET", "/tasks"));
    }
  }

  private static int status(ServerProcess server, String method, String path) {
    return server.send(method, path, "").statusCode();
  }

  @Test
  void tokens_letInWhomTheyName() throws Exception {
    Path tokens =
        Files.writeString(
            folder.resolve("tokens"),
            "# who\n"
                + TokenLines.of("read ", "reader", "# the dashboard")
                + "\n"
                + TokenLines.of("write", "writer"));
    try (ServerProcess server =
        ServerProcess.start(folder, "--port=0", "--token-file", tokens.toString())) {
      assertEquals(401, status(server, "GET", "/tasks"));
      assertEquals(200, status(server, "GET", "/readyz")); // a probe has no token
      assertEquals(401, status(server, "GET", "/readyz/x"));
      TaskClient reader = client(server, "reader");
      TaskClient writer = client(server, "writer");
      Task task = writer.create(NewTask.of("model_splits", Map.of()));
      assertEquals(List.of(task), reader.query(TaskQuery.all()));
      assertThrows(AccessDeniedException.class, () -> reader.delete(task.taskId()));
      assertThrows(
          AccessDeniedException.class, () -> client(server, "guess").query(TaskQuery.all()));
      writer.delete(task.taskId());
    }
  }

  private static TaskClient client(ServerProcess server, String token) {
    return TaskClient.from(
        Map.of("TASK_STATUS_UPDATE_URL", server.url(), "MODEL_SPLITTER_TOKEN", token));
  }

  @Test
  @Timeout(300) // each of them starts a virtual machine
  void badFlag_isOneLineAndExitCode2() throws Exception {
    Path notADatabase = Files.writeString(folder.resolve("x.mv.db"), "not a database");
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertBad("--colour", "--colour", "red");
      assertBad("--port", "--port", "many");
      assertBad("--port", "--port", "70000");
      assertBad("--role", "--role", "king");
      assertBad("--max-connections", "--port=0", "--max-connections=0");
      assertBad("--max-request-seconds", "--port=0", "--max-request-seconds=0");
      assertBad("--host", "--port=0", "--host", "0.0.0.0");
      assertBad("--host", "--port=0", "--host", "something.invalid");
      assertBad("--public-url", "--port=0", "--public-url", "nonsense");
      assertBad("token file", "--port=0", "--token-file", folder.resolve("none").toString());
      assertBad(
          "credentials key",
          "--port=0",
          "--credentials-key-file",
          Files.writeString(folder.resolve("bad.key"), "x").toString());
      assertBad("jdbc:mysql", "--port=0", "--jdbc-url", "jdbc:mysql://h.invalid/x");
      assertBad("database", "--port=0", "--jdbc-url", "jdbc:postgresql://127.0.0.1:1/x");
      assertBad(
          "database",
          "--port=0",
          "--jdbc-url",
          "jdbc:h2:file:" + notADatabase.toString().replace(".mv.db", ""));
      assertBad("database", "--port=0", "--jdbc-url", "jdbc:postgresql://127.0.0.1:notaport/x");
      assertBad("database", "--port=0", "--jdbc-url", "jdbc:h2:file:/proc/nope/x");
      assertBad("listen", "--port", String.valueOf(taken.getLocalPort()));
    }
  }

  private void assertBad(String part, String... arguments)
      throws IOException, InterruptedException {
    ServerProcess.assertRefused(folder, Map.of(), part, arguments);
  }

  @Test
  void accessLogAndMetrics_areThereUnlessTheyAreNotWanted() throws Exception {
    Path errors = folder.resolve("errors");
    Path tokens = Files.writeString(folder.resolve("t"), TokenLines.of("read", "s3cret", "reader"));
    try (ServerProcess server =
        ServerProcess.startLogging(
            errors, folder, "--port=0", "--access-log=true", "--token-file=" + tokens)) {
      String path = "/metrics?key=s3cret";
      String[] id = {"X-Request-Id", "mine"};
      assertEquals(401, server.send("GET", path, "", id).statusCode());
      String[] known = {"X-Request-Id", "mine", "Authorization", "Bearer s3cret"};
      String metrics = server.send("GET", path, "", known).body();
      for (String name :
          List.of(
              "http_server_requests_active 1",
              "hikaricp_connections_max 20",
              "modelsplitter_queries_total{answered_by=\"scan\",collection=\"task\"} 0",
              "jvm_memory_used_bytes{")) {
        assertTrue(metrics.contains(name), metrics);
      }
      assertEquals(128 + 15, server.terminate());
    }
    String said = Files.readString(errors);
    assertFalse(said.contains("s3cret"), said);
    assertEquals(
        List.of("mine 401 ", "mine 200 reader"),
        CapturedLog.accesses(said).stream()
            .map(it -> it.get("request_id") + " " + it.get("status") + " " + it.get("caller"))
            .toList());
    try (ServerProcess server =
        ServerProcess.startLogging(errors, folder, "--port=0", "--access-log=false")) {
      assertEquals(200, status(server, "GET", "/metrics"));
      assertEquals(128 + 15, server.terminate());
    }
    assertEquals("", Files.readString(errors));
  }

  @Test
  void environment_isTakenAsItIs() throws Exception {
    String url = "jdbc:h2:file:" + folder.resolve("secret");
    String password = "a$b${x}\\c#{1}";
    try (ServerProcess server =
        ServerProcess.start(folder, "--port=0", "--jdbc-url", url, "--db-password", password)) {
      ModelLayerClient.at(server.url()).create(LAYER);
      assertEquals(128 + 15, server.terminate());
    }
    ServerProcess.Ended taken =
        ServerProcess.runToItsEnd(
            folder,
            Map.of("MODEL_SPLITTER_DB_PASSWORD", password, "MODEL_SPLITTER_PORT", ""),
            "--jdbc-url=" + url,
            "--port=70000");
    assertTrue(taken.errors().get(0).contains("70000"), taken.errors().get(0));
    try (ServerSocket port = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      ServerProcess.Ended opened =
          ServerProcess.runToItsEnd(
              folder,
              Map.of("MODEL_SPLITTER_DB_PASSWORD", password),
              "--jdbc-url=" + url,
              "--port=" + port.getLocalPort());
      // The database opens, and only then the port turns out to be taken.
      assertTrue(opened.errors().get(0).contains("listen"), opened.errors().get(0));
    }
  }

  @Test
  void environment_isUsedUnlessAnOptionSaysOtherwise() throws Exception {
    Map<String, String> environment =
        Map.of("MODEL_SPLITTER_PORT", "70000", "MODEL_SPLITTER_JDBC_URL", "jdbc:mysql://h.invalid");
    assertTrue(ServerProcess.runToItsEnd(folder, environment).errors().get(0).contains("70000"));
    assertTrue(
        ServerProcess.runToItsEnd(folder, environment, "--port=0")
            .errors()
            .get(0)
            .contains("jdbc:mysql"));
  }
}
