package io.modelsplitter.examples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.modelsplitter.json.Json;
import io.modelsplitter.registry.ModelLayer;
import io.modelsplitter.registry.NewTask;
import io.modelsplitter.registry.Task;
import io.modelsplitter.registry.TaskChange;
import io.modelsplitter.registry.TaskStatus;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import io.modelsplitter.registry.http.RegistryServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code layers} and {@code tasks} against a real server. */
class RegistryCommandsTest {
  @TempDir Path folder;

  private final EmbeddedRegistry registry = EmbeddedRegistry.inMemory();
  private final RegistryServer server = RegistryServer.start(registry);
  private final String url = server.url().toString();

  @AfterEach
  void close() {
    server.close();
    registry.close();
  }

  private static String hash(int number) {
    return "%032x".formatted(number);
  }

  private void register(int rank, String model) {
    ModelLayer layer =
        new ModelLayer(
            hash(rank),
            model,
            "c",
            "https://x.invalid/" + rank,
            List.of(Map.of("n", rank)),
            rank,
            9);
    var unused = registry.modelLayers().create(layer);
  }

  private ToolRun run(String... args) {
    return ToolRun.in(Map.of("MODEL_LAYERS_REGISTRY_URL", url, "GLOBAL_TASKS_DB_URL", url), args);
  }

  @Test
  void layers_withAFilterAndAnOrder_areThese() {
    IntStream.range(0, 4).forEach(rank -> register(rank, rank == 2 ? "other" : "gpt2"));
    ToolRun run =
        run("layers", "--filter={\"model_asset_id\":\"gpt2\"}", "--sort=-model_layer_rank");
    assertEquals(0, run.exitCode(), run::errors);
    assertEquals(
        List.of(
            "HASH                              RANK  RANKS  MODEL                     URL",
            hash(3) + "     3      9  gpt2                      https://x.invalid/3",
            hash(1) + "     1      9  gpt2                      https://x.invalid/1",
            hash(0) + "     0      9  gpt2                      https://x.invalid/0"),
        run.lines());
  }

  @Test
  void layers_json_isALayerALine() {
    IntStream.range(0, 3).forEach(rank -> register(rank, "gpt2"));
    ToolRun run = run("layers", "--json", "--limit", "2");
    assertEquals(
        List.of(registry.modelLayers().get(hash(0)), registry.modelLayers().get(hash(1))).stream()
            .map(it -> it.value().toMap())
            .toList(),
        run.lines().stream().map(line -> Json.parseObject("line", line)).toList());
  }

  @Test
  void layers_anHash_isThatOne() {
    register(7, "gpt\u001b[31m2");
    ToolRun run = run("layers", hash(7));
    assertTrue(run.output().contains("model_layer_hash              " + hash(7) + "\n"));
    assertTrue(run.output().contains("model_layer_metadata          [{\"n\":7}]\n"), run::output);
    assertFalse(run.output().contains("\u001b"));
    ToolRun json = run("layers", hash(7), "--json");
    assertEquals(
        registry.modelLayers().get(hash(7)).value().toMap(), Json.parseObject("it", json.output()));
    ToolRun missing = run("layers", "nope");
    assertEquals(1, missing.exitCode());
    assertEquals("model-splitter: there is no model layer \"nope\"\n", missing.errors());
    ToolRun both = run("layers", hash(7), "--limit=1");
    assertEquals(64, both.exitCode());
  }

  @Test
  void layers_explain_saysWhatAnswersEachPart() {
    String filter = "--filter={\"model_asset_id\":\"gpt2\",\"model_layer_rank\":{\"$ne\":2}}";
    ToolRun run = run("layers", "--explain", filter, "--sort=-x");
    assertEquals(0, run.exitCode(), run::errors);
    assertEquals("answered by matcher", run.lines().get(0));
    assertTrue(run.lines().get(1).startsWith("index     {\"model_asset_id\":"), run::output);
    assertTrue(run.lines().get(2).startsWith("matcher   {\"model_layer_rank\":"), run::output);
    assertTrue(run.lines().get(3).startsWith("matcher   sort by -x: "), run::output);
    ToolRun json = run("layers", "--explain", "--json");
    assertEquals("index", Json.parseObject("it", json.output()).get("answered_by"));
  }

  @Test
  void layers_badInput_isNamed() throws IOException {
    for (List<String> wrong :
        List.of(
            List.of("--filter={", "--filter"),
            List.of("--filter={\"a\":{\"$where\":1}}", "$where"),
            List.of("--limit=0", "--limit must be 1 or more, not 0"),
            List.of("--limit=x", "'x'"),
            List.of("--sort=a,,b", "--sort"),
            List.of("--registry=ftp://x", "ftp://x"),
            List.of("--token-file=" + folder.resolve("no"), folder.resolve("no").toString()),
            List.of("--token-file=" + Files.writeString(folder.resolve("t"), "a\nb"), "a token"))) {
      ToolRun run = run("layers", wrong.get(0));
      assertEquals(64, run.exitCode(), wrong::toString);
      assertTrue(run.errors().startsWith("model-splitter: "), run::errors);
      assertTrue(run.errors().contains(wrong.get(1)), run::errors);
      assertFalse(run.errors().contains("\tat "), run::errors);
      assertEquals("", run.output());
    }
  }

  @Test
  void layers_token_comesFromAFileOrTheEnvironment() throws IOException {
    HttpServer guarded =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    guarded.createContext(
        "/",
        exchange -> {
          try (exchange) {
            String sent = exchange.getRequestHeaders().getFirst("Authorization");
            exchange.getRequestBody().readAllBytes();
            boolean isKnown = "Bearer s3cret".equals(sent);
            String answer = isKnown ? "{\"success\":true,\"data\":[]}" : "{\"success\":false}";
            exchange.sendResponseHeaders(isKnown ? 200 : 401, answer.length());
            exchange.getResponseBody().write(answer.getBytes(StandardCharsets.UTF_8));
          }
        });
    guarded.start();
    try {
      String there = "--registry=http://127.0.0.1:" + guarded.getAddress().getPort();
      Path file = Files.writeString(folder.resolve("token"), "s3cret\n");
      assertEquals(new ToolRun(0, "", ""), ToolRun.of("layers", there, "--token-file=" + file));
      for (Map<String, String> environment :
          List.of(
              Map.of("MODEL_SPLITTER_TOKEN", "s3cret"),
              Map.of("MODEL_SPLITTER_TOKEN_FILE", file.toString()))) {
        assertEquals(new ToolRun(0, "", ""), ToolRun.in(environment, "layers", there));
      }
      Path other = Files.writeString(folder.resolve("other"), "wr0ng");
      Map<String, String> right = Map.of("MODEL_SPLITTER_TOKEN", "s3cret");
      ToolRun wrong = ToolRun.in(right, "layers", there, "--token-file=" + other);
      assertEquals(1, wrong.exitCode());
      assertFalse(wrong.errors().contains("wr0ng"), wrong::errors);
      assertEquals(1, ToolRun.of("layers", there).exitCode());
    } finally {
      guarded.stop(0);
    }
  }

  @Test
  void layers_whereNobodyListens_saysWhere() {
    server.close();
    ToolRun run = run("layers");
    assertEquals(1, run.exitCode());
    assertTrue(run.errors().contains(url), run::errors);
    assertEquals(1, run.errors().lines().count());
  }

  private Task task(String status, Map<String, Object> data) {
    Task task = registry.tasks().create(NewTask.of("model_splits", Map.of()));
    return registry.tasks().update(task.taskId(), TaskChange.status(status, data));
  }

  @Test
  void tasks_areRowsWithTheirNews() {
    Task failed = task(TaskStatus.FAILED, Map.of("error", "no space"));
    Task running =
        task(TaskStatus.IN_PROGRESS, Map.of("phase", "main", "message", "rank 1", "progress", 0.5));
    ToolRun run = run("tasks");
    assertEquals(3, run.lines().size(), run::output);
    assertTrue(run.lines().get(1).startsWith(failed.taskId() + "  model_splits  failed "));
    assertTrue(run.lines().get(1).endsWith("Z  no space"), run::output);
    assertTrue(run.lines().get(2).endsWith("Z  main: rank 1"), run::output);
    ToolRun one = run("tasks", running.taskId(), "--json");
    assertEquals(running.toMap(), Json.parseObject("it", one.output()));
    ToolRun filtered = run("tasks", "--filter={\"task_status\":\"failed\"}", "--json");
    assertEquals(failed.toMap(), Json.parseObject("it", filtered.output()));
  }

  @Test
  void tasks_watchOfAFinalTask_saysHowItEnded() {
    Task failed = task(TaskStatus.FAILED, Map.of("error", "no space"));
    Task complete = task(TaskStatus.COMPLETED, Map.of("status", "done"));
    assertEquals(0, run("tasks", failed.taskId()).exitCode());
    ToolRun run = run("tasks", failed.taskId(), "--watch");
    assertEquals(1, run.exitCode());
    assertTrue(run.errors().contains("task " + failed.taskId() + ": failed in "), run::errors);
    assertEquals(0, run("tasks", complete.taskId(), "--watch", "--quiet").exitCode());
    assertEquals("", run("tasks", complete.taskId(), "--watch", "--quiet").errors());
    assertEquals(64, run("tasks", "--watch").exitCode());
  }

  /** Standard error, of which a test waits for a text. */
  private static final class Heard extends ByteArrayOutputStream {
    synchronized void await(String text) throws InterruptedException {
      while (!toString(StandardCharsets.UTF_8).contains(text)) {
        wait(60_000);
      }
    }

    @Override
    public synchronized void write(byte[] bytes, int from, int length) {
      super.write(bytes, from, length);
      notifyAll();
    }
  }

  @Test
  @Timeout(180)
  void tasks_watchThatIsInterrupted_saysNoMore() throws Exception {
    Task running = task(TaskStatus.IN_PROGRESS, Map.of());
    Heard heard = new Heard();
    Surroundings surroundings =
        new Surroundings(
            Map.of(),
            new Results(new ByteArrayOutputStream()),
            new PrintStream(heard, true, StandardCharsets.UTF_8),
            () -> false);
    String[] args = {"tasks", running.taskId(), "--watch", "--registry", url};
    FutureTask<Integer> code = new FutureTask<>(() -> ModelSplitterTool.run(surroundings, args));
    Thread watch = new Thread(code);
    watch.start();
    heard.await("task " + running.taskId());
    watch.interrupt();
    assertEquals(130, code.get(60, TimeUnit.SECONDS));
    assertTrue(heard.toString(StandardCharsets.UTF_8).endsWith("model-splitter: interrupted\n"));
  }

  @Test
  @Timeout(180)
  void tasks_watchOfARunningTask_outlivesTheServerAndWaitsForTheEnd() throws Exception {
    Task running = task(TaskStatus.IN_PROGRESS, Map.of("progress", 0.5, "message", "rank 1"));
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    Heard heard = new Heard();
    Surroundings surroundings =
        new Surroundings(
            Map.of("TERM", "xterm"),
            new Results(output),
            new PrintStream(heard, true, StandardCharsets.UTF_8),
            () -> true);
    String[] args = {"tasks", running.taskId(), "--watch", "--json", "--registry", url};
    CompletableFuture<Integer> code =
        CompletableFuture.supplyAsync(() -> ModelSplitterTool.run(surroundings, args));
    heard.await("[############............]  50%  rank 1");
    server.close();
    heard.await("cannot reach the task registry");
    Task ended =
        registry
            .tasks()
            .update(running.taskId(), TaskChange.status(TaskStatus.COMPLETE, Map.of("a", 1)));
    RegistryServer again =
        RegistryServer.builder().port(server.url().getPort()).registries(registry).start();
    try (again) {
      assertEquals(0, code.get(60, TimeUnit.SECONDS));
    }
    assertEquals(ended.toMap(), Json.parseObject("it", output.toString(StandardCharsets.UTF_8)));
  }
}
