package io.modelsplitter;

import static com.github.tomakehurst.wiremock.client.WireMock.containing;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM, as a pod gets it, to a real process. */
@Timeout(value = 180, threadMode = ThreadMode.SEPARATE_THREAD)
class TerminationTest {
  @RegisterExtension
  static final WireMockExtension server =
      WireMockExtension.newInstance()
          .options(WireMockConfiguration.wireMockConfig().dynamicPort())
          .build();

  @TempDir Path folder;

  private final List<ChildJava> started = new ArrayList<>();

  @AfterEach
  void endProcesses() {
    started.forEach(ChildJava::close); // one of them would run for ever
  }

  private ChildJava start(String behaviour, String attemptsLeft) throws IOException {
    server.stubFor(
        post("/task_update").willReturn(okJson("{\"success\": true, \"data\": " + TASK + "}")));
    Map<String, String> environment = ContextTest.environment();
    environment.put("TASK_STATUS_UPDATE_URL", server.baseUrl());
    environment.put("MODEL_SPLITTER_WORK_FOLDER", folder.toString());
    environment.put("MODEL_SPLITTER_GRACE_SECONDS", "5");
    environment.put("TASK_ATTEMPTS_LEFT", attemptsLeft);
    environment.compute(
        "TASK_DATA", (name, data) -> data.replace("\"gpt2\"", '"' + behaviour + '"'));
    ChildJava child =
        ChildJava.start(
            ChildJava.command(StubbornSplitter.class, List.of()),
            environment,
            folder.resolve("errors"));
    started.add(child);
    return child;
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
    var running =
        postRequestedFor(urlEqualTo("/task_update")).withRequestBody(containing("running"));
    Await.until(() -> !server.findAll(running).isEmpty(), () -> reports().toString());
  }

  @SuppressWarnings("unchecked")
  private Map<String, Object> last(String status) {
    Map<String, Object> last = reports().get(reports().size() - 1);
    assertEquals(status, last.get("status"), () -> reports().toString());
    return (Map<String, Object>) Objects.requireNonNull(last.get("task_status_data"));
  }

  @Test
  void sigterm_withAttemptsLeft_saysWhatWasDone() throws Exception {
    ChildJava process = start("listens", "1");
    awaitRunning();
    process.process().destroy();
    assertEquals(ModelSplitterExecutor.EXIT_TERMINATED, process.exitCode());
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
    assertEquals(1, process.errors().lines().filter(it -> it.contains("model splitter")).count());
  }

  @Test
  void sigterm_ofTheLastAttempt_failsTheTaskAndLeavesNothing() throws Exception {
    ChildJava process = start("listens", "0");
    awaitRunning();
    process.process().destroy();
    assertEquals(ModelSplitterExecutor.EXIT_TERMINATED, process.exitCode());
    assertEquals("was terminated in main", last("failed").get("error"));
    assertFalse(Files.exists(folder.resolve("task-task-1")));
  }

  @Test
  void sigterm_toAPhaseThatDoesNotListen_isReportedWithinTheGrace() throws Exception {
    ChildJava process = start("deaf", "1");
    awaitRunning();
    process.process().destroy();
    assertEquals(ModelSplitterExecutor.EXIT_TERMINATED, process.exitCode());
    assertEquals(true, last("in_progress").get("terminated"));
    assertTrue(Files.exists(folder.resolve("closed")));
  }

  @Test
  void exitWithinAPhase_isReported() throws Exception {
    ChildJava process = start("exits", "0");
    assertEquals(3, process.exitCode());
    assertEquals("the splitter ended the process", last("failed").get("error"));
  }

  @Test
  void kill_thenTheSameTaskAgain_goesOn() throws Exception {
    ChildJava process = start("listens", "1");
    awaitRunning();
    process.process().destroyForcibly();
    assertEquals(137, process.exitCode());
    server.resetRequests();
    process = start("listens", "1");
    awaitRunning();
    process.process().destroy();
    assertEquals(ModelSplitterExecutor.EXIT_TERMINATED, process.exitCode());
    assertEquals(2, last("in_progress").get("attempt"));
    assertEquals("once\n", Files.readString(folder.resolve("begun")));
  }
}
