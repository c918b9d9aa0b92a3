package io.modelsplitter;

import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.modelsplitter.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM, as a pod gets it, to a real process. */
class TerminationTest {
  @RegisterExtension
  static final WireMockExtension server =
      WireMockExtension.newInstance()
          .options(WireMockConfiguration.wireMockConfig().dynamicPort())
          .build();

  @TempDir Path folder;

  private Process start(String behaviour, String attemptsLeft) throws IOException {
    server.stubFor(
        post("/task_update").willReturn(okJson("{\"success\": true, \"data\": " + TASK + "}")));
    Map<String, String> environment = ContextTest.environment();
    environment.put("TASK_STATUS_UPDATE_URL", server.baseUrl());
    environment.put("MODEL_SPLITTER_WORK_FOLDER", folder.toString());
    environment.put("MODEL_SPLITTER_GRACE_SECONDS", "5");
    environment.put("TASK_ATTEMPTS_LEFT", attemptsLeft);
    environment.compute(
        "TASK_DATA", (name, data) -> data.replace("\"gpt2\"", '"' + behaviour + '"'));
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            StubbornSplitter.class.getName());
    builder.environment().putAll(environment);
    return builder
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(folder.resolve("errors").toFile())
        .start();
  }

  private static final String TASK =
      """
      {"task_id": "task-1", "task_type": "model_splits", "task_data": {},
       "task_status": "in_progress", "task_status_data": {}, "task_create_timestamp": 1,
       "task_update_timestamp": 1}
      """;

  private static List<Map<String, Object>> reports() {
    return server.findAll(postRequestedFor(urlEqualTo("/task_update"))).stream()
        .map(request -> Json.parseObject("report", request.getBody()))
        .toList();
  }

  private static void awaitRunning() {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!reports().toString().contains("running")) {
      assertTrue(System.nanoTime() < end, () -> reports().toString());
      Thread.onSpinWait();
    }
  }

  private int ended(Process process) throws InterruptedException {
    assertTrue(process.waitFor(30, TimeUnit.SECONDS), "the splitter does not end");
    return process.exitValue();
  }

  @SuppressWarnings("unchecked")
  private Map<String, Object> last(String status) {
    Map<String, Object> last = reports().get(reports().size() - 1);
    assertEquals(status, last.get("status"), () -> reports().toString());
    return (Map<String, Object>) Objects.requireNonNull(last.get("task_status_data"));
  }

  @Test
  void sigterm_withAttemptsLeft_saysWhatWasDone() throws Exception {
    Process process = start("listens", "1");
    awaitRunning();
    process.destroy();
    assertEquals(ModelSplitterExecutor.EXIT_TERMINATED, ended(process));
    assertEquals(
        Map.of(
            "phase",
            "main",
            "progress",
            0.25,
            "message",
            "running",
            "attempt",
            1,
            "last_error",
            "was terminated in main",
            "terminated",
            true),
        last("in_progress"));
    assertTrue(Files.exists(folder.resolve("closed")));
    assertTrue(Files.exists(folder.resolve("task-task-1/journal/phase-begin.json")));
    assertEquals(
        1,
        Files.readString(folder.resolve("errors"))
            .lines()
            .filter(it -> it.contains("model splitter"))
            .count());
  }

  @Test
  void sigterm_ofTheLastAttempt_failsTheTaskAndLeavesNothing() throws Exception {
    Process process = start("listens", "0");
    awaitRunning();
    process.destroy();
    assertEquals(ModelSplitterExecutor.EXIT_TERMINATED, ended(process));
    assertEquals("was terminated in main", last("failed").get("error"));
    assertFalse(Files.exists(folder.resolve("task-task-1")));
  }

  @Test
  void sigterm_toAPhaseThatDoesNotListen_isReportedWithinTheGrace() throws Exception {
    Process process = start("deaf", "1");
    awaitRunning();
    process.destroy();
    assertEquals(ModelSplitterExecutor.EXIT_TERMINATED, ended(process));
    assertEquals(true, last("in_progress").get("terminated"));
    assertTrue(Files.exists(folder.resolve("closed")));
  }

  @Test
  void exitWithinAPhase_isReported() throws Exception {
    Process process = start("exits", "0");
    assertEquals(3, ended(process));
    assertEquals("the splitter ended the process", last("failed").get("error"));
  }

  @Test
  void kill_thenTheSameTaskAgain_goesOn() throws Exception {
    Process process = start("listens", "1");
    awaitRunning();
    process.destroyForcibly();
    assertEquals(137, ended(process));
    server.resetRequests();
    process = start("listens", "1");
    awaitRunning();
    process.destroy();
    assertEquals(ModelSplitterExecutor.EXIT_TERMINATED, ended(process));
    assertEquals(2, last("in_progress").get("attempt"));
    assertTrue(reports().stream().noneMatch(it -> it.toString().contains("phase=begin, m")));
  }
}
