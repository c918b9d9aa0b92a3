package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.modelsplitter.Await;
import io.modelsplitter.error.ConflictException;
import io.modelsplitter.job.ProcessJobLauncher;
import io.modelsplitter.job.SplitJob;
import io.modelsplitter.job.SplitJobs;
import io.modelsplitter.json.Json;
import io.modelsplitter.query.Filter;
import io.modelsplitter.registry.NewTask;
import io.modelsplitter.registry.Task;
import io.modelsplitter.registry.TaskRegistry;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import java.net.http.HttpResponse;
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
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One job for one {@code Idempotency-Key}, on two servers that share one PostgreSQL. */
@Timeout(60)
class SplitJobKeysTest {
  private static final Map<String, Object> BODY =
      Map.of(
          "task_data",
          Map.of(
              "model_name",
              "gpt2",
              "model_download_url",
              "https://something.invalid/m.tar.gz",
              "world_size",
              4,
              "model_split_config",
              Map.of("tp_degree", 2)),
          "container_image",
          "silent");

  @TempDir Path folder;

  private final List<AutoCloseable> opened = new ArrayList<>();
  private final List<RegistryServer> servers = new ArrayList<>();
  private final List<ProcessJobLauncher> launchers = new ArrayList<>();
  private final List<TaskRegistry> registries = new ArrayList<>();

  @BeforeEach
  void start() {
    String database = RealPostgres.newDatabaseUrl();
    for (int i = 0; i < 2; i++) {
      EmbeddedRegistry registry = opened(EmbeddedRegistry.open(database, RealPostgres.USER, ""));
      registries.add(registry.tasks());
      launchers.add(launcher("jobs" + i));
      SplitJobs jobs = opened(SplitJobs.of(registry.tasks(), launchers.get(i), Map.of()));
      servers.add(opened(RegistryServer.builder().registries(registry).splitJobs(jobs).start()));
    }
  }

  private ProcessJobLauncher launcher(String name) {
    return ProcessJobLauncher.builder(folder.resolve(name))
        .image("silent", List.of("true"))
        .environment(Map.of("PATH", "/usr/bin:/bin"))
        .build();
  }

  private <T extends AutoCloseable> T opened(T part) {
    opened.add(0, part);
    return part;
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable part : opened) {
      part.close();
    }
  }

  private TaskRegistry tasks() {
    return registries.get(0);
  }

  private HttpResponse<String> send(int server, Map<String, Object> body, String key)
      throws Exception {
    String path = "/start_model_split_job";
    String json = Json.write(body);
    return HttpRequests.send(servers.get(server), "POST", path, json, "Idempotency-Key", key);
  }

  private String start(int server, String key) throws Exception {
    HttpResponse<String> answer = send(server, BODY, key);
    assertEquals(200, answer.statusCode(), answer::body);
    return String.valueOf(Json.parseObject("answer", answer.body()).get("task_id"));
  }

  private Set<String> launched() {
    Set<String> jobs = new TreeSet<>();
    launchers.forEach(launcher -> jobs.addAll(launcher.jobs().keySet()));
    return jobs;
  }

  private Task awaitEnd(String taskId) {
    return Await.answer(() -> tasks().get(taskId), Task::isFinal, "the task ends");
  }

  @Test
  void sameKeyAtBothServersAtOnce_isOneJob() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(16);
    try {
      Set<String> all = new TreeSet<>();
      for (int round = 1; round <= 10; round++) {
        String key = "k" + round;
        CyclicBarrier together = new CyclicBarrier(16);
        List<Callable<String>> calls = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
          int server = i % 2;
          calls.add(
              () -> {
                together.await();
                return start(server, key);
              });
        }
        Set<String> ids = new TreeSet<>();
        for (Future<String> id : threads.invokeAll(calls)) {
          ids.add(id.get());
        }
        assertEquals(1, ids.size());
        all.addAll(ids);
        assertEquals(round, launchers.get(0).jobs().size() + launchers.get(1).jobs().size());
        assertEquals(round, tasks().query(Filter.all()).size());
      }
      assertEquals(all, launched());
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void sameKeyForOtherJobsAtOnce_isOneJobAndConflicts() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      CyclicBarrier together = new CyclicBarrier(8);
      List<Callable<Integer>> calls = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        int server = i % 2;
        Map<String, Object> body =
            Map.of(
                "task_data",
                BODY.getOrDefault("task_data", ""),
                "container_image",
                "silent",
                "storage_size",
                (i + 1) + "Mi");
        calls.add(
            () -> {
              together.await();
              return send(server, body, "k").statusCode();
            });
      }
      List<Integer> statuses = new ArrayList<>();
      for (Future<Integer> status : threads.invokeAll(calls)) {
        statuses.add(status.get());
      }
      statuses.sort(null);
      assertEquals(List.of(200, 409, 409, 409, 409, 409, 409, 409), statuses);
      assertEquals(1, launched().size());
    } finally {
      threads.shutdownNow();
    }
  }

  /** Between the task and the launch, as if the server were killed there. */
  @Test
  void keyOfAServerThatDiedBeforeTheLaunch_isItsTaskWhichFails() throws Exception {
    SplitJob job = SplitJob.fromMap(BODY);
    ProcessJobLauncher dead = launcher("dead");
    try (SplitJobs jobs =
        SplitJobs.of(
            tasks(),
            dead,
            taskId -> {
              throw new AssertionError("killed");
            })) {
      assertThrows(AssertionError.class, () -> jobs.start(job, "k"));
    }
    String taskId = tasks().query(Filter.all()).get(0).taskId();
    assertEquals(taskId, start(0, "k"));
    assertEquals("pending", tasks().get(taskId).taskStatus());
    Clock later = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(6));
    try (SplitJobs next = SplitJobs.of(tasks(), launcher("dead"), id -> Map.of(), later)) {
      assertEquals("LaunchFailed", awaitEnd(taskId).taskStatusData().get("reason"));
      assertEquals(taskId, next.start(job, "k"));
    }
    assertEquals(taskId, start(1, "k"));
    assertEquals(Set.of(), launched());
    tasks().delete(taskId);
    String again = start(1, "k");
    assertEquals(Set.of(again), launched());
  }

  /** The client asked again, since the first answer got lost. */
  @Test
  void keyWhoseCreateWasSentTwice_isLaunchedAllTheSame() {
    TaskRegistry twice =
        Forwarding.port(
            TaskRegistry.class,
            call -> {
              if (call.name().equals("create")) {
                Object unused = call.on(tasks());
              }
              return call.on(tasks());
            });
    ProcessJobLauncher launcher = launcher("third");
    try (SplitJobs jobs = SplitJobs.of(twice, launcher, Map.of())) {
      String taskId = jobs.start(SplitJob.fromMap(BODY), "k");
      assertEquals(Set.of(taskId), launcher.jobs().keySet());
      assertEquals(taskId, jobs.start(SplitJob.fromMap(BODY), "k"));
    }
  }

  /** Older versions kept the key in the task only. */
  @Test
  void keyOfATaskFromAnOlderVersion_isThatTask() throws Exception {
    Map<String, Object> data = SplitJob.fromMap(BODY).taskData();
    Map<String, Object> asked =
        Map.of(
            "container_image", "silent",
            "storage_size", "1Gi",
            "idempotency_key", "k",
            "launcher", "another");
    Map<String, Object> all = new LinkedHashMap<>(data);
    all.put("split_job", asked);
    Task old = tasks().create(NewTask.of(SplitJobs.TASK_TYPE, all));
    assertEquals(old.taskId(), start(0, "k"));
    assertEquals(old.taskId(), start(1, "k"));
    assertEquals(Set.of(), launched());
  }

  @Test
  void keyOfATask_isNotThatOfAJob() throws Exception {
    Task task = tasks().create(NewTask.of(SplitJobs.TASK_TYPE, Map.of()), "k").stored().value();
    String taskId = start(0, "k");
    assertEquals(Set.of(taskId), launched());
    ConflictException e =
        assertThrows(
            ConflictException.class, () -> tasks().create(NewTask.of("other", Map.of()), "k"));
    assertEquals(task.taskId(), e.id());
  }
}
