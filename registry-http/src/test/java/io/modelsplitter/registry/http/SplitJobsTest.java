package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.Await;
import io.modelsplitter.job.ProcessJobLauncher;
import io.modelsplitter.job.SplitJobs;
import io.modelsplitter.json.Json;
import io.modelsplitter.query.Filter;
import io.modelsplitter.registry.NewTask;
import io.modelsplitter.registry.Task;
import io.modelsplitter.registry.client.TaskClient;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Split jobs over HTTP, with real processes behind them. */
@Timeout(60)
class SplitJobsTest {

  @TempDir Path folder;

  private EmbeddedRegistry registry;
  private ProcessJobLauncher launcher;
  private SplitJobs jobs;
  private RegistryServer server;

  @BeforeEach
  void start() {
    registry = EmbeddedRegistry.inMemory();
    launcher = launcher();
    jobs = SplitJobs.of(registry.tasks(), launcher, Map.of("TASK_STATUS_UPDATE_URL", "http://x"));
    server = RegistryServer.builder().tasks(registry.tasks()).splitJobs(jobs).start();
  }

  private ProcessJobLauncher launcher() {
    return ProcessJobLauncher.builder(folder.resolve("jobs"))
        .image("fails", List.of("sh", "-c", "echo no luck; exit 1"))
        .image("silent", List.of("true"))
        .image("waits", List.of("sh", "-c", "echo waiting; exec sleep 600"))
        .environment(Map.of("PATH", "/usr/bin:/bin"))
        .pause(Duration.ofMillis(1))
        .build();
  }

  @AfterEach
  void close() {
    jobs.close();
    server.close();
    registry.close();
  }

  private HttpResponse<String> send(String method, String path, String body, String... headers) {
    return HttpRequests.send(server, method, path, body, headers);
  }

  private static Map<String, Object> taskData(String name) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("model_name", name);
    data.put("model_download_url", "https://something.invalid/m.tar.gz");
    data.put("world_size", 4);
    data.put("model_split_config", Map.of("tp_degree", 2));
    return data;
  }

  private static String body(String image, String name) {
    return Json.write(Map.of("task_data", taskData(name), "container_image", image));
  }

  private String start(String image, String... headers) throws Exception {
    HttpResponse<String> answer =
        send("POST", "/start_model_split_job", body(image, "gpt2"), headers);
    assertEquals(200, answer.statusCode(), answer::body);
    Map<String, Object> json = Json.parseObject("answer", answer.body());
    assertEquals(Set.of("success", "task_id"), json.keySet());
    return String.valueOf(json.get("task_id"));
  }

  private Task await(String taskId, Predicate<Task> condition) {
    return Await.answer(() -> registry.tasks().get(taskId), condition, "the task is as wanted");
  }

  @Test
  void start_jobThatFails_failsItsTaskWithAReason() throws Exception {
    Task task = await(start("fails"), Task::isFinal);
    assertEquals("model_splits", task.taskType());
    Map<String, Object> data = taskData("gpt2");
    data.put(
        "split_job",
        Map.of("container_image", "fails", "storage_size", "1Gi", "launcher", launcher.name()));
    assertEquals(data, task.taskData());
    assertEquals("failed", task.taskStatus());
    assertEquals("it ended with exit code 1: no luck", task.taskStatusData().get("error"));
    assertEquals("Error", task.taskStatusData().get("reason"));
    Map<String, Object> job =
        Json.parseObject("job", send("GET", "/model_split_job/" + task.taskId(), "").body());
    Map<?, ?> state = (Map<?, ?>) job.getOrDefault("data", Map.of());
    assertEquals("Failed", state.get("phase"));
    assertEquals(task.taskId(), state.get("task_id"));
    assertEquals(3, String.valueOf(state.get("pods")).split("exit_code", -1).length - 1);
    HttpResponse<String> log = send("GET", "/model_split_job/" + task.taskId() + "/logs", "");
    assertEquals("no luck\n", log.body());
  }

  @Test
  void start_jobThatSaysNothing_isNoSuccess() throws Exception {
    Task task = await(start("silent"), Task::isFinal);
    assertEquals("failed", task.taskStatus());
    assertEquals("NoResult", task.taskStatusData().get("reason"));
  }

  @Test
  void start_whatIsMissing_isNamed() throws Exception {
    HttpResponse<String> answer = send("POST", "/start_model_split_job", "{}");
    assertEquals(400, answer.statusCode());
    assertEquals(
        Map.of("success", false, "error", "Missing required fields: task_data, container_image"),
        Json.parseObject("answer", answer.body()));
    assertEquals(List.of(), registry.tasks().query(Filter.all()));
  }

  @Test
  void start_imageThatIsNotAllowed_failsTheTask() throws Exception {
    HttpResponse<String> answer =
        send("POST", "/start_model_split_job", body("registry/evil:latest", "gpt2"));
    assertEquals(400, answer.statusCode());
    assertTrue(answer.body().contains("may not be run here"), answer::body);
    Task task = registry.tasks().query(Filter.all()).get(0);
    task = await(task.taskId(), Task::isFinal);
    assertEquals("LaunchFailed", task.taskStatusData().get("reason"));
  }

  @Test
  void start_sameKeyAgain_isTheSameTask() throws Exception {
    String first = start("silent", "Idempotency-Key", "k1");
    await(first, Task::isFinal);
    assertEquals(first, start("silent", "Idempotency-Key", "k1"));
    assertFalse(first.equals(start("silent", "Idempotency-Key", "k2")));
    assertEquals(
        409,
        send("POST", "/start_model_split_job", body("fails", "gpt2"), "Idempotency-Key", "k1")
            .statusCode());
    HttpResponse<String> other =
        send("POST", "/start_model_split_job", body("silent", "other"), "Idempotency-Key", "k1");
    assertEquals(409, other.statusCode());
    assertEquals(
        400,
        send("POST", "/start_model_split_job", body("silent", "x"), "Idempotency-Key", "a b")
            .statusCode());
  }

  @Test
  void start_sameKeyFromMany_isOneTask() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(16);
    try {
      List<Callable<String>> calls = new ArrayList<>();
      for (int i = 0; i < 32; i++) {
        calls.add(() -> start("silent", "Idempotency-Key", "k"));
      }
      Set<String> ids = new TreeSet<>();
      for (Future<String> id : threads.invokeAll(calls)) {
        ids.add(id.get());
      }
      assertEquals(1, ids.size());
      assertEquals(1, registry.tasks().query(Filter.all()).size());
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void cancel_endsTheJobAndFailsTheTask() throws Exception {
    String taskId = start("waits");
    String path = "/model_split_job/" + taskId;
    Await.until(() -> send("GET", path + "/logs", "").body().equals("waiting\n"), "the job waits");
    HttpResponse<String> answer = send("DELETE", path, "");
    assertEquals(200, answer.statusCode(), answer::body);
    Task task = registry.tasks().get(taskId);
    assertEquals("failed", task.taskStatus());
    assertEquals("Cancelled", task.taskStatusData().get("reason"));
    assertEquals(404, send("GET", path, "").statusCode());
    assertEquals(404, send("DELETE", path, "").statusCode());
    assertEquals(404, send("GET", "/model_split_job/no%20such/logs", "").statusCode());
  }

  @Test
  void cancel_ofAJobWhoseTaskIsGone_endsItAllTheSame() throws Exception {
    String taskId = start("waits");
    registry.tasks().delete(taskId);
    assertEquals(404, send("DELETE", "/model_split_job/" + taskId, "").statusCode());
    assertEquals(404, send("GET", "/model_split_job/" + taskId, "").statusCode());
    assertFalse(Files.exists(folder.resolve("jobs").resolve(taskId)));
  }

  private String taskOf(String launcher, TaskStatusData data) {
    NewTask task =
        new NewTask(
            SplitJobs.TASK_TYPE,
            Map.of("split_job", Map.of("launcher", launcher)),
            data.status(),
            Map.of("phase", data.phase()));
    return registry.tasks().create(task).taskId();
  }

  /** Of a launcher whose folder has the very name of ours, as on another machine. */
  private String nameOfAnother() throws IOException {
    Path here = folder.resolve("jobs");
    Path aside = folder.resolve("aside");
    jobs.close();
    Files.move(here, aside);
    try (ProcessJobLauncher another = launcher()) {
      assertNotEquals(launcher.name(), another.name());
      return another.name();
    } finally {
      Files.move(here, folder.resolve("of-another"));
      Files.move(aside, here);
    }
  }

  private record TaskStatusData(String status, String phase) {}

  private void startWithClock(Duration ahead) {
    jobs.close();
    server.close();
    Clock clock = Clock.offset(Clock.systemUTC(), ahead);
    jobs = SplitJobs.of(registry.tasks(), launcher(), taskId -> Map.of(), clock);
    server = RegistryServer.builder().tasks(registry.tasks()).splitJobs(jobs).start();
  }

  @Test
  void tasksWhoseJobsVanishedUnseen_fail() throws IOException {
    String name = launcher.name();
    String began = taskOf(name, new TaskStatusData("in_progress", "main"));
    String launched = taskOf(name, new TaskStatusData("pending", "launch"));
    String ofAnother = taskOf(nameOfAnother(), new TaskStatusData("in_progress", "main"));
    startWithClock(Duration.ofMinutes(6));
    assertEquals("Deleted", await(began, Task::isFinal).taskStatusData().get("reason"));
    assertEquals("LaunchFailed", await(launched, Task::isFinal).taskStatusData().get("reason"));
    assertEquals("in_progress", registry.tasks().get(ofAnother).taskStatus());
  }

  @Test
  void taskThatMayStillBeLaunched_isLeftAlone() throws Exception {
    String young = taskOf(launcher.name(), new TaskStatusData("pending", "launch"));
    startWithClock(Duration.ofMinutes(4));
    Task unused = await(start("fails"), Task::isFinal); // which is told after the others
    assertEquals("pending", registry.tasks().get(young).taskStatus());
  }

  @Test
  void taskRegistryThatIsAway_hearsOfTheEndLater() throws Exception {
    RegistryServer tasks = RegistryServer.builder().tasks(registry.tasks()).start();
    jobs.close();
    server.close();
    jobs =
        SplitJobs.of(
            TaskClient.at(tasks.url().toString()),
            launcher(),
            unused -> {
              tasks.close(); // right after the task was made
              return Map.of();
            });
    server = RegistryServer.builder().splitJobs(jobs).start();
    String taskId = start("fails");
    Await.until(
        () -> send("GET", "/model_split_job/" + taskId, "").body().contains("Failed"),
        "the job fails");
    assertEquals("pending", registry.tasks().get(taskId).taskStatus());
    RegistryServer.Builder before =
        RegistryServer.builder().port(tasks.url().getPort()).tasks(registry.tasks());
    try (RegistryServer again = Await.bound(before::start)) {
      assertEquals(tasks.url(), again.url());
      assertEquals("failed", await(taskId, Task::isFinal).taskStatus());
    }
  }
}
