package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.Await;
import io.modelsplitter.job.CredentialsKey;
import io.modelsplitter.query.Filter;
import io.modelsplitter.registry.NewTask;
import io.modelsplitter.registry.TaskChange;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code /metrics} says, read as Prometheus reads it. */
@Timeout(60)
class MetricsTest {
  private static final String COUNT = "http_server_requests_seconds_count";

  /** A sample of Prometheus' text format 0.0.4. */
  private static final Pattern SAMPLE =
      Pattern.compile(
          "([a-zA-Z_:][a-zA-Z0-9_:]*(?:\\{(?:[a-zA-Z_]\\w*=\"(?:[^\"\\\\\n]|\\\\.)*\",?)+})?)"
              + " (NaN|[+-]?Inf|[-+.0-9eE]+)");

  @TempDir Path folder;

  private EmbeddedRegistry registry;
  private RegistryServer server;

  @BeforeEach
  void start() {
    registry = EmbeddedRegistry.open("jdbc:h2:file:" + folder.resolve("registry"), "sa", "");
    server = builder().start();
  }

  private RegistryServer.Builder builder() {
    Metrics metrics = new Metrics();
    ServerMetrics.add(registry, metrics.meters());
    return RegistryServer.builder()
        .modelLayers(registry.modelLayers())
        .tasks(registry.tasks())
        .metrics(metrics);
  }

  @AfterEach
  void close() {
    server.close();
    registry.close();
  }

  private HttpResponse<String> send(String method, String path, String body, String... headers) {
    return HttpRequests.send(server, method, path, body, headers);
  }

  private Map<String, Double> samples() {
    HttpResponse<String> answer = send("GET", "/metrics", "");
    assertEquals(200, answer.statusCode());
    assertEquals(
        "text/plain; version=0.0.4; charset=utf-8",
        answer.headers().firstValue("Content-Type").orElse("").toLowerCase(Locale.ROOT));
    Map<String, Double> samples = new TreeMap<>();
    for (String line : answer.body().lines().toList()) {
      if (!line.startsWith("#")) {
        Matcher matcher = SAMPLE.matcher(line);
        assertTrue(matcher.matches(), line);
        String value = matcher.group(2).replace("Inf", "Infinity");
        assertEquals(null, samples.put(matcher.group(1), Double.valueOf(value)), line);
      }
    }
    return samples;
  }

  /** A request is counted when it is answered, so a moment after that. */
  private Map<String, Double> samplesWhen(Predicate<Map<String, Double>> ready) {
    return Await.answer(this::samples, ready, "the counts are as they should be");
  }

  private static double value(Map<String, Double> samples, String name) {
    return samples.getOrDefault(name, Double.NaN);
  }

  private static String requests(String method, String route, int status) {
    return COUNT + "{method=\"%s\",route=\"%s\",status=\"%d\"}".formatted(method, route, status);
  }

  @Test
  void requests_areCountedByRouteAndStatusWithTheirTimes() throws Exception {
    assertEquals(404, send("GET", "/task/one", "").statusCode());
    assertEquals(404, send("GET", "/task/two", "").statusCode());
    assertEquals(404, send("HEAD", "/task/three", "").statusCode());
    assertEquals(404, send("GET", "/no/such/thing", "").statusCode());
    assertEquals(405, send("DELETE", "/tasks", "").statusCode());
    assertEquals(400, send("POST", "/tasks", "[]").statusCode());
    assertEquals(200, send("POST", "//tasks/", "{}").statusCode());
    Map<String, Integer> expected =
        Map.of(
            requests("GET", "/task/{id}", 404), 2,
            requests("HEAD", "/task/{id}", 404), 1,
            requests("GET", "unmatched", 404), 1,
            requests("DELETE", "unmatched", 405), 1,
            requests("POST", "/tasks", 400), 1,
            requests("POST", "/tasks", 200), 1);
    Map<String, Double> samples =
        samplesWhen(
            it ->
                expected.entrySet().stream().allMatch(e -> value(it, e.getKey()) == e.getValue()));
    String labels = "method=\"GET\",route=\"/task/{id}\",status=\"404\"";
    double sum = value(samples, "http_server_requests_seconds_sum{" + labels + "}");
    assertTrue(sum > 0, () -> "" + sum);
    String bucket = "http_server_requests_seconds_bucket{" + labels + ",le=\"%s\"}";
    assertEquals(2, samples.get(bucket.formatted("+Inf")));
    assertTrue(samples.containsKey(bucket.formatted("0.001")), samples::toString);
    assertTrue(samples.containsKey(bucket.formatted("30.0")), samples::toString);
  }

  @Test
  void series_areOnlySoManyWhateverClientsSend() throws Exception {
    String[] targets = {"/task/%d", "/%d", "/tasks?x=%d", "/model-layer/%d/x", "/docs/%d", "//%d"};
    String[] methods = {"GET", "HEAD", "M%d", "get", "OPTIONS", "PUT"};
    for (int round = 0; round < 20; round++) {
      for (String target : targets) {
        for (String method : methods) {
          RawHttp.Answer unused =
              RawHttp.send(
                  server,
                  (method + " " + target + " HTTP/1.1").replace("%d", "" + round),
                  "Host: h" + round,
                  "Connection: close");
        }
      }
      RawHttp.Answer unused = RawHttp.send(server, "GET /%zz" + round + " HTTP/1.1", "Host: h");
    }
    int sent = 20 * targets.length * methods.length + 20;
    Map<String, Double> samples = samplesWhen(it -> answered(it) >= sent);
    for (String name : samples.keySet()) {
      assertFalse(name.matches(".*(method|route)=\"[^\"]*[0-9].*"), name);
    }
    assertTrue(samples.keySet().stream().filter(it -> it.startsWith(COUNT)).count() < 40);
    assertTrue(samples.keySet().stream().anyMatch(it -> it.contains("method=\"other\"")));
  }

  private static double answered(Map<String, Double> samples) {
    return samples.entrySet().stream()
        .filter(it -> it.getKey().startsWith(COUNT))
        .mapToDouble(Map.Entry::getValue)
        .sum();
  }

  @Test
  void requestsInFlight_areThoseThatAreNotAnswered() throws Exception {
    String active = "http_server_requests_active";
    Map<String, Double> unused = samplesWhen(it -> value(it, active) == 1); // the one that asks
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.url().getPort())) {
      String begun = "POST /tasks HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n{";
      socket.getOutputStream().write(begun.getBytes(StandardCharsets.US_ASCII));
      unused = samplesWhen(it -> value(it, active) == 2);
    }
    unused = samplesWhen(it -> value(it, active) == 1);
  }

  @Test
  void registries_tellOfQueriesTasksAndConnections() throws Exception {
    String id = registry.tasks().create(NewTask.of("model_splits", Map.of())).taskId();
    registry.tasks().update(id, TaskChange.status("completed", Map.of()));
    registry.tasks().query(Filter.eq("task_status", "failed"));
    assertEquals(200, send("POST", "/tasks", "{\"x\": {\"$ne\": 1}}").statusCode());
    assertEquals(200, send("POST", "/model-layers", "{\"x\": {\"$mod\": [2, 1]}}").statusCode());
    Map<String, Double> samples = samples();
    String queries = "modelsplitter_queries_total{answered_by=\"%s\",collection=\"%s\"}";
    assertEquals(1, samples.get(queries.formatted("index", "task")));
    assertEquals(1, samples.get(queries.formatted("scan", "task")));
    assertEquals(1, samples.get(queries.formatted("matcher", "model_layer")));
    assertEquals(0, samples.get(queries.formatted("scan", "block")));
    assertEquals(1, samples.get("modelsplitter_tasks_ended_total{status=\"complete\"}"));
    assertEquals(0, samples.get("modelsplitter_tasks_ended_total{status=\"failed\"}"));
    assertEquals(20, samples.get("hikaricp_connections_max"));
    assertEquals(0, samples.get("hikaricp_connections_active"));
    assertTrue(value(samples, "hikaricp_connections_idle") >= 1, samples::toString);
    assertEquals(0, samples.get("hikaricp_connections_pending"));
    assertEquals(0, samples.get("hikaricp_connections_timeout_total"));
    assertTrue(value(samples, "hikaricp_connections_acquire_seconds_count") > 4, samples::toString);
    assertTrue(value(samples, "hikaricp_connections_acquire_seconds_sum") > 0, samples::toString);
  }

  @Test
  void process_tellsOfItsMemoryCollectionsAndThreads() throws Exception {
    System.gc();
    Map<String, Double> samples =
        samplesWhen(
            it -> it.keySet().stream().anyMatch(name -> name.startsWith("jvm_gc_pause_seconds")));
    for (String name :
        new String[] {
          "jvm_memory_used_bytes", "jvm_memory_max_bytes", "jvm_threads_live_threads"
        }) {
      assertTrue(
          samples.entrySet().stream()
              .anyMatch(it -> it.getKey().startsWith(name) && it.getValue() > 0),
          name);
    }
  }

  @Test
  void tokens_ofAnyRoleAreNeededWhereThereAreSome() throws Exception {
    Path tokens = Files.writeString(folder.resolve("tokens"), TokenLines.of("read", "reader"));
    TaskTokens ofTasks = new TaskTokens(CredentialsKey.random());
    RegistryServer open = server;
    try (RegistryServer closed =
        builder().access(new Access(new TokenFile(tokens), ofTasks)).start()) {
      server = closed;
      assertEquals(401, send("GET", "/metrics", "").statusCode());
      assertEquals(401, status("wrong"));
      assertEquals(403, status(ofTasks.token("t")));
      assertEquals(200, status("reader"));
    } finally {
      server = open;
    }
  }

  private int status(String token) throws Exception {
    return send("GET", "/metrics", "", HttpRequests.bearer(token)).statusCode();
  }

  @Test
  void brokenOffRequest_isCountedToo() throws IOException, Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.url().getPort())) {
      String begun = "POST /tasks HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n{";
      socket.getOutputStream().write(begun.getBytes(StandardCharsets.US_ASCII));
    }
    Map<String, Double> samples =
        samplesWhen(
            it ->
                it.keySet().stream()
                    .anyMatch(name -> name.startsWith(COUNT) && name.contains("\"/tasks\"")));
    assertFalse(samples.containsKey(requests("POST", "/tasks", 200)), samples::toString);
  }
}
