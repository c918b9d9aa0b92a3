package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.Await;
import io.modelsplitter.json.Json;
import io.modelsplitter.registry.Task;
import io.modelsplitter.registry.client.TaskClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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

  private static final String WRITES_ITS_TOKEN =
      "printf %s \"$MODEL_SPLITTER_TOKEN\" > part; mv part token";

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

  private static int status(ServerProcess server, String path, String token) {
    return server.send("GET", path, "", HttpRequests.bearer(token)).statusCode();
  }

  private static String startJob(ServerProcess server) {
    return startJob(server, "");
  }

  private static String startJob(ServerProcess server, String token) {
    String body =
        """
        {"task_data": {"model_name": "m", "model_download_url": "file:///m", "world_size": 1,
         "model_split_config": {}}, "container_image": "image", "storage_size": "1Mi"}
        """;
    String[] headers = HttpRequests.bearer(token);
    String answer = server.send("POST", "/start_model_split_job", body, headers).body();
    return String.valueOf(Json.parseObject("answer", answer).get("task_id"));
  }

  /** One that stands apart, for a registry, with one more variable. */
  private ServerProcess runner(ServerProcess registry, String variable, String value)
      throws IOException {
    return ServerProcess.startWith(
        Map.of(variable, value, "GLOBAL_TASKS_DB_URL", registry.url()),
        folder,
        "--role=runner",
        "--port=0",
        "--launcher=process",
        "--process-images",
        images.toString());
  }

  private ProcessHandle child(String taskId) throws IOException {
    long pid = Long.parseLong(written(taskId, "pid").strip());
    return ProcessHandle.of(pid).orElseThrow();
  }

  /** What a job has written, as soon as it is there. */
  private String written(String taskId, String name) throws IOException {
    Path file = folder.resolve("data/jobs").resolve(taskId).resolve("work").resolve(name);
    Await.until(() -> Files.exists(file), "the job writes " + name);
    return Files.readString(file);
  }

  /** Each job first does this, then stays. */
  private void allowAnImageThat(String script) throws IOException {
    List<String> command = List.of("sh", "-c", script + "; exec sleep 600");
    Files.writeString(images, Json.write(Map.of("image", command)));
  }

  @Test
  void kill_ofTheServer_thenAnother_goesOnWithTheJob() throws Exception {
    String taskId;
    ProcessHandle child;
    try (ServerProcess server = start()) {
      taskId = startJob(server);
      child = child(taskId);
      server.kill();
    }
    assertTrue(child.isAlive());
    try (ServerProcess server = start()) {
      child.onExit().get(30, TimeUnit.SECONDS); // the new server ends what it cannot see
      TaskClient tasks = TaskClient.at(server.url());
      Task task = Await.answer(() -> tasks.get(taskId), Task::isFinal, "the job ends");
      assertEquals("BadInput", task.taskStatusData().get("reason"));
    } finally {
      child.destroyForcibly();
    }
  }

  @Test
  void job_ofAServerWithTokens_isGivenOneForItsOwnTask() throws Exception {
    allowAnImageThat(WRITES_ITS_TOKEN);
    Path tokens = folder.resolve("tokens");
    Files.writeString(tokens, TokenLines.of("write", "writer"));
    try (ServerProcess server = start("--token-file", tokens.toString())) {
      String taskId = startJob(server, "writer");
      String own = written(taskId, "token");
      assertEquals(200, status(server, "/task/" + taskId, own));
      assertEquals(403, status(server, "/tasks", own));
      assertEquals(401, status(server, "/task/" + taskId, "nobody"));
    }
  }

  @Test
  void job_ofARunnerApart_isGivenOneThatTheRegistryIssues() throws Exception {
    allowAnImageThat(WRITES_ITS_TOKEN);
    Path tokens = folder.resolve("tokens");
    Files.writeString(tokens, TokenLines.of("write", "writer"));
    try (ServerProcess registry =
            ServerProcess.start(folder, "--port=0", "--token-file", tokens.toString());
        ServerProcess runner = runner(registry, "MODEL_SPLITTER_TOKEN", "writer")) {
      String taskId = startJob(runner, "writer");
      String own = written(taskId, "token");
      assertEquals(200, status(registry, "/task/" + taskId, own));
      assertEquals(403, status(registry, "/tasks", own));
    }
  }

  @Test
  void runner_withItsTokenFileInAVariable_neitherCallsWithItNorHandsItOn() throws Exception {
    allowAnImageThat("env > part; mv part variables");
    // Two lines, which no header takes: whoever sends them as a token fails.
    String callers = TokenLines.of("write", "writer") + TokenLines.of("read", "reader");
    Path tokens = Files.writeString(folder.resolve("tokens"), callers);
    try (ServerProcess registry = ServerProcess.start(folder, "--port=0");
        ServerProcess runner = runner(registry, "MODEL_SPLITTER_TOKEN_FILE", tokens.toString())) {
      assertEquals(401, status(runner, "/model_split_job/x", "nobody"));
      String taskId = startJob(runner, "writer");
      assertEquals(taskId, TaskClient.at(registry.url()).get(taskId).taskId());
      String told = written(taskId, "variables");
      assertTrue(told.contains("TASK_ID=" + taskId), told);
      assertFalse(told.contains("MODEL_SPLITTER_TOKEN_FILE"), told);
    }
  }

  @Test
  void terminate_ofTheServer_endsTheProcess() throws Exception {
    try (ServerProcess server = start()) {
      ProcessHandle child = child(startJob(server));
      assertEquals(128 + 15, server.terminate());
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
    ServerProcess.assertRefused(folder, Map.of("MODEL_SPLITTER_PORT", "0"), part, all);
  }
}
