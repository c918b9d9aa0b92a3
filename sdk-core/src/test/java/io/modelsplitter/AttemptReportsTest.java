package io.modelsplitter;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.containing;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the task hears of an attempt, whatever becomes of its registry. */
class AttemptReportsTest extends ExecutorFixture {
  @Test
  void run_registryThatDoesNotAnswerAtTheBeginning_doesNotHoldUpTheWork() {
    server.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(500).withBody("{}")));
    int exit =
        run(
            context ->
                new Recorder(
                    "finish",
                    () -> {
                      answer(); // it is back
                      return PhaseResult.ok(Map.of("n", 1));
                    }));
    assertEquals(ModelSplitterExecutor.EXIT_COMPLETE, exit);
    assertEquals("{n=1}", lastData());
  }

  @Test
  void run_resultThatCannotBeReported_isToldByTheNextAttempt() throws IOException {
    Path termination = Files.createFile(folder.resolve("termination"));
    int exit =
        run(
            context ->
                new Recorder(
                    "finish",
                    () -> {
                      server.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(500)));
                      return PhaseResult.ok(Map.of("layers", List.of("a")));
                    }));
    assertEquals(ModelSplitterExecutor.EXIT_TRANSIENT, exit);
    assertEquals(3, calls.size());
    assertTrue(statuses().stream().noneMatch("failed"::equals), () -> statuses().toString());
    Map<String, Object> words = Json.parseObject("log", Files.readString(termination));
    assertEquals("complete", words.get("task_status"));
    assertEquals(Map.of("layers", List.of("a")), words.get("task_status_data"));

    server.resetRequests();
    answer();
    exit = run(context -> new Recorder("", () -> PhaseResult.ok(Map.of())));
    assertEquals(ModelSplitterExecutor.EXIT_COMPLETE, exit);
    assertEquals(3, calls.size());
    assertEquals(List.of("complete"), statuses());
    assertEquals("{layers=[a]}", lastData());
    assertFalse(Files.exists(folder.resolve("work/task-task-1")));
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 500, 404})
  void run_registryThatDoesNotSpeakForAWhile_isToldTheResult(int status) {
    server.stubFor(
        post("/task_update")
            .willReturn(aResponse().withStatus(status).withBody("<html>a proxy</html>")));
    int exit =
        run(
            context ->
                new Recorder(
                    "finish",
                    () -> {
                      answer();
                      return PhaseResult.ok(Map.of("n", 1));
                    }));
    assertEquals(ModelSplitterExecutor.EXIT_COMPLETE, exit);
    assertEquals("{n=1}", lastData());
  }

  @Test
  void run_taskThatIsCompleteAlready_isThatAndNothingMore() {
    server.stubFor(
        post("/task_update")
            .willReturn(
                aResponse()
                    .withStatus(409)
                    .withBody("{\"error\":\"final\",\"data\":{\"task_status\":\"complete\"}}")));
    int exit = run(context -> new Recorder("", () -> PhaseResult.ok(Map.of())));
    assertEquals(ModelSplitterExecutor.EXIT_COMPLETE, exit);
    assertEquals(List.of(), calls);
  }

  @Test
  void run_reportOfTheResultWhoseAnswerIsLost_isComplete() {
    server.stubFor(
        post("/task_update")
            .withRequestBody(containing("\"complete\""))
            .willReturn(
                aResponse()
                    .withStatus(409)
                    .withBody(
                        "{\"success\":false,\"error\":\"final\",\"data\":"
                            + "{\"task_status\":\"completed\"}}")));
    int exit = run(context -> new Recorder("", () -> PhaseResult.ok(Map.of())));
    assertEquals(ModelSplitterExecutor.EXIT_COMPLETE, exit);
  }

  @Test
  void run_resultThatTheRegistryRefuses_isCompleteWithoutIt() {
    server.stubFor(
        post("/task_update")
            .withRequestBody(containing("\"layers\""))
            .willReturn(aResponse().withStatus(413).withBody("{\"error\":\"too large\"}")));
    int exit =
        run(
            context ->
                new Recorder(
                    "finish",
                    () ->
                        PhaseResult.ok(
                            Map.of("layers", List.of(1), "artifact", "file:///registry.json"))));
    assertEquals(ModelSplitterExecutor.EXIT_COMPLETE, exit);
    assertEquals("complete", statuses().get(statuses().size() - 1));
    assertTrue(lastData().contains("too large"));
    assertTrue(lastData().contains("file:///registry.json"));
  }

  @Test
  void run_progress_isToldWithoutHoldingUpTheWork() {
    server.stubFor(
        post("/task_update")
            .withRequestBody(containing("step "))
            .willReturn(okJson(TASK).withFixedDelay(500))); // fourteen hours for all of them
    int exit =
        run(
            context ->
                new Recorder(
                    "main",
                    () -> {
                      for (int i = 0; i < 100_000; i++) {
                        context.progress(i / 400_000.0, "step " + i);
                      }
                      context.progress(0.5, "half of it");
                      awaitReports(1, "half of it");
                      return PhaseResult.ok(Map.of());
                    }));
    assertEquals(ModelSplitterExecutor.EXIT_COMPLETE, exit);
    assertTrue(reports().size() < 20, () -> reports().size() + " reports");
    assertTrue(
        reports().stream()
            .anyMatch(
                report ->
                    Map.of("phase", "main", "attempt", 1, "progress", 0.5, "message", "half of it")
                        .equals(report.get("task_status_data"))),
        () -> reports().toString());
  }

  @Test
  void run_phaseThatSaysNothing_givesSignsOfLife() {
    more.put("MODEL_SPLITTER_HEARTBEAT_SECONDS", "1");
    run(
        context ->
            new Recorder(
                "main",
                () -> {
                  awaitReports(4, "");
                  return PhaseResult.ok(Map.of());
                }));
    assertEquals(List.of("in_progress", "complete"), statuses());
  }

  @Test
  void run_taskThatIsCancelled_endsTheWork() {
    more.put("MODEL_SPLITTER_HEARTBEAT_SECONDS", "1");
    AtomicBoolean closed = new AtomicBoolean();
    int exit =
        run(
            context ->
                new Recorder(
                    "main",
                    () -> {
                      server.stubFor(
                          post("/task_update")
                              .willReturn(
                                  aResponse()
                                      .withStatus(409)
                                      .withBody("{\"error\":\"cancelled\"}")));
                      new CountDownLatch(1).await();
                      return PhaseResult.ok(Map.of());
                    }) {
                  @Override
                  public void close() {
                    closed.set(true);
                  }
                });
    assertEquals(ModelSplitterExecutor.EXIT_BAD_INPUT, exit);
    assertTrue(closed.get());
    assertEquals(List.of("in_progress"), statuses());
  }
}
