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
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
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

  private static Map<String, String> environment() {
    Map<String, String> environment = ContextTest.environment();
    environment.put("TASK_STATUS_UPDATE_URL", server.baseUrl());
    return environment;
  }

  private static int run(Function<Context, ModelSplitter> splitter) {
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

  private static List<Object> statuses() {
    return reports().stream().map(report -> (Object) String.valueOf(report.get("status"))).toList();
  }

  private static Object lastData() {
    List<Map<String, Object>> all = reports();
    return String.valueOf(all.get(all.size() - 1).get("task_status_data"));
  }

  /** Notes what it is called with, and does in one phase what the test says. */
  private final class Recorder implements ModelSplitter {
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
    assertEquals(List.of("in_progress", "in_progress", "in_progress", "complete"), statuses());
    assertEquals(Map.of("phase", "begin"), reports().get(0).get("task_status_data"));
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
    assertEquals(List.of("failed"), statuses());
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
  @ValueSource(ints = {404, 409, 403})
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
  void run_registryThatDoesNotAnswerAtTheBeginning_doesNothing() {
    server.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(500).withBody("{}")));
    int exit = run(context -> new Recorder("", () -> PhaseResult.ok(Map.of())));
    assertEquals(ModelSplitterExecutor.EXIT_FAILED, exit);
    assertEquals(List.of(), calls);
  }

  @Test
  void run_resultThatCannotBeReported_neverReportsFailure() {
    int exit =
        run(
            context ->
                new Recorder(
                    "main",
                    () -> {
                      server.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(500)));
                      return PhaseResult.ok(Map.of());
                    }));
    assertEquals(ModelSplitterExecutor.EXIT_FAILED, exit);
    assertEquals(3, calls.size());
    assertTrue(statuses().stream().noneMatch("failed"::equals));
  }

  @Test
  void run_resultThatTheRegistryRefuses_failsTheTask() {
    server.stubFor(
        post("/task_update")
            .withRequestBody(containing("\"complete\""))
            .willReturn(aResponse().withStatus(413).withBody("{\"error\":\"too large\"}")));
    int exit = run(context -> new Recorder("", () -> PhaseResult.ok(Map.of())));
    assertEquals(ModelSplitterExecutor.EXIT_FAILED, exit);
    assertEquals("failed", statuses().get(statuses().size() - 1));
    assertTrue(String.valueOf(lastData()).contains("too large"));
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
