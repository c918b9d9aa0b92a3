package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.json.Json;
import io.modelsplitter.registry.Task;
import io.modelsplitter.registry.client.TaskClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Split jobs of the runnable jar, with {@code --launcher process}. */
@Timeout(120)
class ServerJobsIT {
  /** The first attempt stays, and says which process it is; the second one ends at once. */
  private static final String SCRIPT =
      "[ -e pid ] && exit 64; echo $$ > part; mv part pid; exec sleep 600";

  @TempDir Path folder;

  private Path images = Path.of("");

  @BeforeEach
  void allowAnImage() throws IOException {
    images = folder.resolve("images.json");
    Files.writeString(images, Json.write(Map.of("image", List.of("sh", "-c", SCRIPT))));
  }

  private ServerProcess start(String... more) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(more));
    arguments.addAll(
        List.of("--port=0", "--launcher=process", "--process-images", images.toString()));
    return ServerProcess.start(folder, arguments.toArray(new String[0]));
  }

  private static String startJob(ServerProcess server) throws Exception {
    return startJob(server, "");
  }

  private static String startJob(ServerProcess server, String token) throws Exception {
    String body =
        """
        {"task_data": {"model_name": "m", "model_download_url": "file:///m", "world_size": 1,
         "model_split_config": {}}, "container_image": "image", "storage_size": "1Mi"}
        """;
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(server.url() + "/start_model_split_job"))
            .header("Authorization", "Bearer " + token)
            .POST(BodyPublishers.ofString(body))
            .build();
    String answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    return String.valueOf(Json.parseObject("answer", answer).get("task_id"));
  }

  private ProcessHandle child(String taskId) throws IOException {
    Path pid = folder.resolve("data/jobs").resolve(taskId).resolve("work/pid");
    while (!Files.exists(pid)) {
      Thread.onSpinWait();
    }
    return ProcessHandle.of(Long.parseLong(Files.readString(pid).strip())).orElseThrow();
  }

  @Test
  void kill_ofTheServer_thenAnother_goesOnWithTheJob() throws Exception {
    String taskId;
    ProcessHandle child;
    try (ServerProcess server = start()) {
      taskId = startJob(server);
      child = child(taskId);
      assertTrue(child.isAlive());
      server.kill();
    }
    try (ServerProcess server = start()) {
      child.onExit().get(30, TimeUnit.SECONDS); // the new server ends what it cannot see
      TaskClient tasks = TaskClient.at(server.url());
      Task task = tasks.get(taskId);
      while (!task.isFinal()) {
        Thread.onSpinWait();
        task = tasks.get(taskId);
      }
      assertEquals("BadInput", task.taskStatusData().get("reason"));
    }
  }

  @Test
  void job_ofAServerWithTokens_isGivenOneForItsOwnTask() throws Exception {
    String script = "printf %s \"$MODEL_SPLITTER_TOKEN\" > part; mv part token; exec sleep 600";
    Files.writeString(images, Json.write(Map.of("image", List.of("sh", "-c", script))));
    Path tokens = folder.resolve("tokens");
    Files.writeString(tokens, "write " + sha256("writer") + "\n");
    try (ServerProcess server = start("--token-file", tokens.toString())) {
      String taskId = startJob(server, "writer");
      Path token = folder.resolve("data/jobs").resolve(taskId).resolve("work/token");
      while (!Files.exists(token)) {
        Thread.onSpinWait();
      }
      String own = Files.readString(token);
      assertEquals(200, get(server.url() + "/task/" + taskId, own));
      assertEquals(403, get(server.url() + "/tasks", own));
      assertEquals(401, get(server.url() + "/task/" + taskId, "nobody"));
    }
  }

  @Test
  void job_ofARunnerApart_isGivenOneThatTheRegistryIssues() throws Exception {
    String script = "printf %s \"$MODEL_SPLITTER_TOKEN\" > part; mv part token; exec sleep 600";
    Files.writeString(images, Json.write(Map.of("image", List.of("sh", "-c", script))));
    Path tokens = folder.resolve("tokens");
    Files.writeString(tokens, "write " + sha256("writer") + "\n");
    try (ServerProcess registry =
            ServerProcess.start(folder, "--port=0", "--token-file", tokens.toString());
        ServerProcess runner =
            ServerProcess.startWith(
                Map.of("MODEL_SPLITTER_TOKEN", "writer", "GLOBAL_TASKS_DB_URL", registry.url()),
                folder,
                "--role=runner",
                "--port=0",
                "--launcher=process",
                "--process-images",
                images.toString())) {
      String taskId = startJob(runner, "writer");
      Path token = folder.resolve("data/jobs").resolve(taskId).resolve("work/token");
      while (!Files.exists(token)) {
        Thread.onSpinWait();
      }
      String own = Files.readString(token);
      assertEquals(200, get(registry.url() + "/task/" + taskId, own));
      assertEquals(403, get(registry.url() + "/tasks", own));
    }
  }

  @Test
  void runner_withItsTokenFileInAVariable_neitherCallsWithItNorHandsItOn() throws Exception {
    String script = "env > part; mv part variables; exec sleep 600";
    Files.writeString(images, Json.write(Map.of("image", List.of("sh", "-c", script))));
    // Two lines, which no header takes: whoever sends them as a token fails.
    String callers = "write %s\nread %s\n".formatted(sha256("writer"), sha256("reader"));
    Path tokens = Files.writeString(folder.resolve("tokens"), callers);
    try (ServerProcess registry = ServerProcess.start(folder, "--port=0");
        ServerProcess runner =
            ServerProcess.startWith(
                Map.of(
                    "MODEL_SPLITTER_TOKEN_FILE",
                    tokens.toString(),
                    "GLOBAL_TASKS_DB_URL",
                    registry.url()),
                folder,
                "--role=runner",
                "--port=0",
                "--launcher=process",
                "--process-images",
                images.toString())) {
      assertEquals(401, get(runner.url() + "/model_split_job/x", "nobody"));
      String taskId = startJob(runner, "writer");
      assertEquals(taskId, TaskClient.at(registry.url()).get(taskId).taskId());
      Path variables = folder.resolve("data/jobs").resolve(taskId).resolve("work/variables");
      while (!Files.exists(variables)) {
        Thread.onSpinWait();
      }
      String told = Files.readString(variables);
      assertTrue(told.contains("TASK_ID=" + taskId), told);
      assertFalse(told.contains("MODEL_SPLITTER_TOKEN_FILE"), told);
    }
  }

  private static String sha256(String text) throws NoSuchAlgorithmException {
    return HexFormat.of()
        .formatHex(
            MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static int get(String url, String token) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url)).header("Authorization", "Bearer " + token).build();
    return HttpClient.newHttpClient().send(request, BodyHandlers.discarding()).statusCode();
  }

  @Test
  void terminate_ofTheServer_endsTheProcess() throws Exception {
    try (ServerProcess server = start()) {
      ProcessHandle child = child(startJob(server));
      int unused = server.terminate();
      child.onExit().get(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void runner_withoutARegistry_orImages_isOneLineAndExitCode2() throws Exception {
    assertBad("GLOBAL_TASKS_DB_URL", "--role=runner", "--launcher=process", "--process-images");
    Files.writeString(images, "{\"image\": \"sh -c true\"}");
    assertBad("the command of \"image\" must be a list", "--launcher=process", "--process-images");
    Files.writeString(images, "{");
    assertBad("--process-images", "--launcher=process", "--process-images");
    Files.delete(images);
    assertBad("no such file", "--launcher=process", "--process-images");
    images = Path.of("0");
    assertBad("--launcher process needs --process-images", "--launcher=process", "--port");
    assertBad("--job-attempts", "--job-attempts");
  }

  private void assertBad(String part, String... arguments) throws Exception {
    String[] all = Arrays.copyOf(arguments, arguments.length + 1);
    all[arguments.length] = images.toString();
    ServerProcess.Ended ended =
        ServerProcess.runToItsEnd(folder, Map.of("MODEL_SPLITTER_PORT", "0"), all);
    assertEquals(2, ended.exitCode(), () -> String.join("\n", ended.errors()));
    assertEquals(1, ended.errors().size(), () -> String.join("\n", ended.errors()));
    assertTrue(ended.errors().get(0).contains(part), ended.errors().get(0));
  }
}
