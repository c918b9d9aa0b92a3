package io.modelsplitter;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.containing;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.error.BadInputException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the three phases do, and what becomes of it. */
class ModelSplitterExecutorTest extends ExecutorFixture {
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
  void run_longErrorOfManyLines_isOneShortLine() {
    String error = "line\n".repeat(100_000);
    run(context -> new Recorder("main", () -> PhaseResult.failed(error)));
    assertTrue(lastData().length() < 2_100);
    assertTrue(lastData().startsWith("{error=line line line"));
  }
}
