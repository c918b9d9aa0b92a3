package io.modelsplitter;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
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
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelSplitterExecutorTest {
  private static final String TASK =
      """
      {"success": true, "data": {"task_id": "task-1", "task_type": "model_splits", "task_data": {},
       "task_status": "in_progress", "task_status_data": {}, "task_create_timestamp": 1,
       "task_update_timestamp": 1}}
      """;

  @RegisterExtension
  static final WireMockExtension server =
      WireMockExtension.newInstance()
          .options(WireMockConfiguration.wireMockConfig().dynamicPort())
          .build();

  private final List<String> calls = new ArrayList<>();

  @BeforeEach
  void answer() {
    server.stubFor(post("/task_update").willReturn(okJson(TASK)));
  }

  @TempDir Path folder;

  private final Map<String, String> more = new HashMap<>();

  private Map<String, String> environment() {
    Map<String, String> environment = ContextTest.environment();
    environment.put("TASK_STATUS_UPDATE_URL", server.baseUrl());
    environment.put("MODEL_SPLITTER_WORK_FOLDER", folder.resolve("work").toString());
    environment.put("MODEL_SPLITTER_TERMINATION_LOG", folder.resolve("termination").toString());
    environment.put("MODEL_SPLITTER_REPORT_SECONDS", "1");
    environment.putAll(more);
    return environment;
  }

  private int run(Function<Context, ModelSplitter> splitter) {
    return ModelSplitterExecutor.run(environment(), splitter);
  }

  /** What was reported, in order. */
  private static List<Map<String, Object>> reports() {
    List<Map<String, Object>> reports = new ArrayList<>();
    server
        .findAll(postRequestedFor(urlEqualTo("/task_update")))
        .forEach(request -> reports.add(Json.parseObject("report", request.getBody())));
    return reports;
  }

  /** Waits for what another thread reports. */
  private static void awaitReports(Predicate<List<Map<String, Object>>> condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.test(reports())) {
      assertTrue(System.nanoTime() < end, () -> reports().toString());
      Thread.onSpinWait();
    }
  }

  /** The statuses in order; how often one of them was told depends on the time. */
  private static List<Object> statuses() {
    List<Object> statuses = new ArrayList<>();
    for (Map<String, Object> report : reports()) {
      Object status = report.get("status");
      if (statuses.isEmpty() || !statuses.get(statuses.size() - 1).equals(status)) {
        statuses.add(status);
      }
    }
    return statuses;
  }

  private static Object lastData() {
    List<Map<String, Object>> all = reports();
    return String.valueOf(all.get(all.size() - 1).get("task_status_data"));
  }

  /** Notes what it is called with, and does in one phase what the test says. */
  private class Recorder implements ModelSplitter {
    private final String phase;
    private final Phase behaviour;

    Recorder(String phase, Phase behaviour) {
      this.phase = phase;
      this.behaviour = behaviour;
    }

    private PhaseResult call(String name, Map<String, Object> data) throws Exception {
      calls.add(name + data);
      return name.equals(phase) ? behaviour.run() : PhaseResult.ok(Map.of("from", name));
    }

    @Override
    public PhaseResult begin() throws Exception {
      return call("begin", Map.of());
    }

    @Override
    public PhaseResult main(Map<String, Object> extraData) throws Exception {
      return call("main", extraData);
    }

    @Override
    public PhaseResult finish(Map<String, Object> extraData) throws Exception {
      return call("finish", extraData);
    }
  }

  private interface Phase {
    PhaseResult run() throws Exception;
  }

  @Test
  void run_threePhases_reportsEachAndTheResult() {
    int exit = run(context -> new Recorder("", () -> PhaseResult.ok(Map.of())));
    assertEquals(ModelSplitterExecutor.EXIT_COMPLETE, exit);
    assertEquals(List.of("begin{}", "main{from=begin}", "finish{from=main}"), calls);
    assertEquals(List.of("in_progress", "complete"), statuses());
    assertEquals(Map.of("phase", "begin", "attempt", 1), reports().get(0).get("task_status_data"));
    assertEquals("{from=finish}", lastData());
    assertTrue(reports().stream().allMatch(report -> "task-1".equals(report.get("task_id"))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"begin", "main", "finish"})
  void run_phaseThatAnswersFailure_failsTheTask(String phase) {
    int exit = run(context -> new Recorder(phase, () -> PhaseResult.failed("no luck")));
    assertEquals(ModelSplitterExecutor.EXIT_FAILED, exit);
    assertEquals("failed", statuses().get(statuses().size() - 1));
    assertEquals("{error=no luck}", lastData());
  }

  @ParameterizedTest
  @ValueSource(strings = {"begin", "main", "finish"})
  void run_phaseThatThrows_failsTheTask(String phase) {
    int exit =
        run(
            context ->
                new Recorder(
                    phase,
                    () -> {
                      throw new IllegalStateException("broken");
                    }));
    assertEquals(ModelSplitterExecutor.EXIT_FAILED, exit);
    assertEquals("{error=IllegalStateException: broken}", lastData());
  }

  @Test
  void run_outOfMemory_failsTheTask() {
    int exit =
        run(
            context ->
                new Recorder(
                    "main",
                    () -> {
                      throw new OutOfMemoryError("heap");
                    }));
    assertEquals(ModelSplitterExecutor.EXIT_FAILED, exit);
    assertEquals("{error=OutOfMemoryError: heap}", lastData());
  }

  @Test
  void run_badInput_hasAnExitCodeOfItsOwn() {
    int exit =
        run(
            context ->
                new Recorder(
                    "begin",
                    () -> {
                      throw new BadInputException("world_size 9 is too much");
                    }));
    assertEquals(ModelSplitterExecutor.EXIT_BAD_INPUT, exit);
    assertEquals("{error=world_size 9 is too much}", lastData());
  }

  @Test
  void run_constructorThatThrows_failsTheTask() {
    int exit =
        run(
            context -> {
              throw new IllegalStateException("broken");
            });
    assertEquals(ModelSplitterExecutor.EXIT_FAILED, exit);
    assertEquals(List.of("in_progress", "failed"), statuses());
  }

  @Test
  void run_badTaskData_tellsTheTask() {
    Map<String, String> environment = environment();
    environment.put("TASK_DATA", "{not json");
    environment.remove("BLOCK_DB_URL");
    int exit =
        ModelSplitterExecutor.run(
            environment, context -> new Recorder("", () -> PhaseResult.ok(Map.of())));
    assertEquals(ModelSplitterExecutor.EXIT_BAD_INPUT, exit);
    assertEquals(List.of(), calls);
    server.verify(
        postRequestedFor(urlEqualTo("/task_update"))
            .withRequestBody(containing("\"failed\""))
            .withRequestBody(containing("TASK_DATA"))
            .withRequestBody(containing("BLOCK_DB_URL")));
  }

  @Test
  void run_noEnvironment_exitsWithoutATaskToTell() {
    assertEquals(
        ModelSplitterExecutor.EXIT_BAD_INPUT,
        ModelSplitterExecutor.run(
            Map.of(), context -> new Recorder("", () -> PhaseResult.ok(Map.of()))));
  }

  @ParameterizedTest
  @ValueSource(ints = {404, 409})
  void run_taskThatCannotBeWorkedOn_isNotWorkedOn(int status) {
    server.stubFor(
        post("/task_update")
            .willReturn(
                aResponse().withStatus(status).withBody("{\"success\":false,\"error\":\"no\"}")));
    int exit = run(context -> new Recorder("", () -> PhaseResult.ok(Map.of())));
    assertEquals(ModelSplitterExecutor.EXIT_BAD_INPUT, exit);
    assertEquals(List.of(), calls);
    assertEquals(List.of("in_progress"), statuses());
  }

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
  void run_splitterThatCannotBeClosed_isCompleteAllTheSame() {
    int exit =
        run(
            context ->
                new Recorder("", () -> PhaseResult.ok(Map.of())) {
                  @Override
                  public void close() {
                    throw new AssertionError("close");
                  }
                });
    assertEquals(ModelSplitterExecutor.EXIT_COMPLETE, exit);
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
    assertTrue(String.valueOf(lastData()).contains("too large"));
    assertTrue(String.valueOf(lastData()).contains("file:///registry.json"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"begin", "main", "finish"})
  void run_passingFailureWithAttemptsLeft_goesOnInTheNextAttempt(String phase) {
    more.put("TASK_ATTEMPTS_LEFT", "2");
    int exit =
        run(
            context ->
                new Recorder(
                    phase,
                    () -> {
                      throw new UnavailableException("the store is away", null);
                    }));
    assertEquals(ModelSplitterExecutor.EXIT_TRANSIENT, exit);
    assertEquals(List.of("in_progress"), statuses());
    Map<String, Object> told = object(reports().get(reports().size() - 1).get("task_status_data"));
    assertEquals(Map.of("phase", phase, "attempt", 1, "last_error", "the store is away"), told);

    List<String> before = List.copyOf(calls);
    calls.clear();
    exit = run(context -> new Recorder("", () -> PhaseResult.ok(Map.of())));
    assertEquals(ModelSplitterExecutor.EXIT_COMPLETE, exit);
    assertEquals(before.get(before.size() - 1), calls.get(0));
    assertEquals(3, before.size() - 1 + calls.size());
    assertEquals("{from=finish}", lastData());
  }

  @Test
  void run_phaseWhoseFilesAreGone_runsAgain() {
    more.put("TASK_ATTEMPTS_LEFT", "1");
    run(context -> new Recorder("finish", () -> PhaseResult.failed("no luck")));
    assertEquals(3, calls.size());
    run(
        context ->
            new Recorder("", () -> PhaseResult.ok(Map.of())) {
              @Override
              public boolean isIntact(String phase, Map<String, Object> answer) {
                return phase.equals("begin") && answer.equals(Map.of("from", "begin"));
              }
            });
    assertEquals(List.of("main{from=begin}", "finish{from=main}"), calls.subList(3, 5));
  }

  @Test
  void run_damagedNote_isAsIfItWereNotThere() throws IOException {
    more.put("TASK_ATTEMPTS_LEFT", "1");
    run(context -> new Recorder("main", () -> PhaseResult.failed("no luck")));
    Path note = folder.resolve("work/task-task-1/journal/phase-begin.json");
    for (String text : List.of("", "{", Files.readString(note).replace("begin", "other"))) {
      Files.writeString(note, text);
      calls.clear();
      run(context -> new Recorder("main", () -> PhaseResult.failed("no luck")));
      assertEquals("begin{}", calls.get(0), text);
    }
  }

  @Test
  void run_lastAttempt_leavesNothingBehind() throws IOException {
    run(
        context ->
            new Recorder(
                "main",
                () -> {
                  Files.createDirectories(context.scratchFolder());
                  Files.writeString(context.scratchFolder().resolve("half"), "x");
                  return PhaseResult.failed("no luck");
                }));
    assertEquals("failed", statuses().get(statuses().size() - 1));
    try (Stream<Path> left = Files.list(folder.resolve("work"))) {
      assertEquals(List.of(), left.toList());
    }
  }

  @Test
  void run_progress_isToldWithoutHoldingUpTheWork() throws InterruptedException {
    server.stubFor(
        post("/task_update")
            .withRequestBody(containing("0.25"))
            .willReturn(okJson(TASK).withFixedDelay(500)));
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
                      awaitReports(all -> all.toString().contains("half of it"));
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
                  awaitReports(all -> all.size() >= 4);
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

  @Test
  void run_interrupted_saysThatItWasTerminated() {
    more.put("TASK_ATTEMPTS_LEFT", "1");
    int exit =
        run(
            context ->
                new Recorder(
                    "main",
                    () -> {
                      Thread.currentThread().interrupt();
                      new CountDownLatch(1).await();
                      return PhaseResult.ok(Map.of());
                    }));
    assertEquals(ModelSplitterExecutor.EXIT_TERMINATED, exit);
    assertEquals(List.of("in_progress"), statuses());
    Map<String, Object> told = object(reports().get(reports().size() - 1).get("task_status_data"));
    assertEquals(true, told.get("terminated"));
    assertEquals("main", told.get("phase"));
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> object(@Nullable Object value) {
    return (Map<String, Object>) Objects.requireNonNull(value);
  }

  @Test
  void run_phaseThatLeavesAnInterrupt_isReportedAllTheSame() {
    int exit =
        run(
            context ->
                new Recorder(
                    "finish",
                    () -> {
                      Thread.currentThread().interrupt();
                      return PhaseResult.ok(Map.of());
                    }));
    assertEquals(ModelSplitterExecutor.EXIT_COMPLETE, exit);
  }

  @Test
  void run_longErrorOfManyLines_isOneShortLine() {
    String error = "line\n".repeat(100_000);
    run(context -> new Recorder("main", () -> PhaseResult.failed(error)));
    assertTrue(String.valueOf(lastData()).length() < 2_100);
    assertTrue(String.valueOf(lastData()).startsWith("{error=line line line"));
  }
}
