package io.modelsplitter;

import static com.github.tomakehurst.wiremock.client.WireMock.containing;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;

import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.modelsplitter.json.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** An executor, a task service that answers as a test says, and what it heard. */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD) // phases wait for what must come
abstract class ExecutorFixture {
  static final String TASK =
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

  final List<String> calls = new ArrayList<>();

  @BeforeEach
  void answer() {
    server.stubFor(post("/task_update").willReturn(okJson(TASK)));
  }

  @TempDir Path folder;

  final Map<String, String> more = new HashMap<>();

  Map<String, String> environment() {
    Map<String, String> environment = ContextTest.environment();
    environment.put("TASK_STATUS_UPDATE_URL", server.baseUrl());
    environment.put("MODEL_SPLITTER_WORK_FOLDER", folder.resolve("work").toString());
    environment.put("MODEL_SPLITTER_TERMINATION_LOG", folder.resolve("termination").toString());
    environment.put("MODEL_SPLITTER_REPORT_SECONDS", "1");
    environment.putAll(more);
    return environment;
  }

  int run(Function<Context, ModelSplitter> splitter) {
    return ModelSplitterExecutor.run(environment(), splitter);
  }

  /** What was reported, in order. */
  static List<Map<String, Object>> reports() {
    List<Map<String, Object>> reports = new ArrayList<>();
    server
        .findAll(postRequestedFor(urlEqualTo("/task_update")))
        .forEach(request -> reports.add(Json.parseObject("report", request.getBody())));
    return reports;
  }

  /** Waits for what another thread reports: so many reports at least that have this in them. */
  static void awaitReports(int count, String part) {
    var wanted = postRequestedFor(urlEqualTo("/task_update")).withRequestBody(containing(part));
    Await.until(() -> server.findAll(wanted).size() >= count, () -> reports().toString());
  }

  /** The statuses in order; how often one of them was told depends on the time. */
  static List<Object> statuses() {
    List<Object> statuses = new ArrayList<>();
    for (Map<String, Object> report : reports()) {
      Object status = report.get("status");
      if (statuses.isEmpty() || !statuses.get(statuses.size() - 1).equals(status)) {
        statuses.add(status);
      }
    }
    return statuses;
  }

  static String lastData() {
    List<Map<String, Object>> all = reports();
    return String.valueOf(all.get(all.size() - 1).get("task_status_data"));
  }

  /** Notes what it is called with, and does in one phase what the test says. */
  class Recorder implements ModelSplitter {
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

  interface Phase {
    PhaseResult run() throws Exception;
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> object(@Nullable Object value) {
    return (Map<String, Object>) Objects.requireNonNull(value);
  }
}
