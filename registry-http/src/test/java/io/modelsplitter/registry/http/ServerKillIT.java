package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.error.ModelSplitterException;
import io.modelsplitter.query.Filter;
import io.modelsplitter.registry.ModelLayer;
import io.modelsplitter.registry.ModelLayerRegistry;
import io.modelsplitter.registry.NewTask;
import io.modelsplitter.registry.Query;
import io.modelsplitter.registry.Task;
import io.modelsplitter.registry.TaskChange;
import io.modelsplitter.registry.TaskRegistry;
import io.modelsplitter.registry.client.ModelLayerClient;
import io.modelsplitter.registry.client.TaskClient;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What was acknowledged survives {@code kill -9} of the server. The Maven profile {@code soak}
 * kills it more often.
 */
@Timeout(value = 3, unit = TimeUnit.HOURS) // as often as it is told to
class ServerKillIT {
  private static final int KILLS = Integer.getInteger("modelsplitter.kills", 5);
  private static final int WRITERS = 4;
  private static final int WRITES_BEFORE_A_KILL = 150;

  @TempDir Path folder;

  private final Queue<ModelLayer> layers = new ConcurrentLinkedQueue<>();
  private final Map<String, Integer> progress = new ConcurrentHashMap<>();

  /** The file's room is used again soon, as it is in a server that has run for a minute. */
  @Test
  void kill_onAnH2File_losesNothingThatWasAcknowledged() throws Exception {
    String url = "jdbc:h2:file:" + folder.resolve("registry") + ";RETENTION_TIME=100";
    killAgainAndAgain("--port=0", "--jdbc-url=" + url);
  }

  @Test
  void kill_onPostgres_losesNothingThatWasAcknowledged() throws Exception {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start()) {
      String url = postgres.getJdbcUrl("postgres", "postgres");
      killAgainAndAgain("--port=0", "--jdbc-url=" + url, "--db-user=postgres");
    }
  }

  private void killAgainAndAgain(String... options) throws Exception {
    for (int kill = 0; kill < KILLS; kill++) {
      try (ServerProcess server = ServerProcess.start(folder, options)) {
        checkAll(server.url());
        writeUntilKilled(server);
      }
    }
    try (ServerProcess server = ServerProcess.start(folder, options)) {
      checkAll(server.url());
    }
    System.out.printf("%d kills, %d layers acknowledged and there%n", KILLS, layers.size());
  }

  private void writeUntilKilled(ServerProcess server) throws InterruptedException {
    CountDownLatch enough = new CountDownLatch(WRITES_BEFORE_A_KILL);
    ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
    for (int i = 0; i < WRITERS; i++) {
      writers.execute(() -> write(server.url(), enough));
    }
    assertTrue(enough.await(60, TimeUnit.SECONDS), "the server takes no writes");
    server.kill();
    writers.shutdown();
    assertTrue(writers.awaitTermination(60, TimeUnit.SECONDS));
  }

  private void write(String url, CountDownLatch enough) {
    ModelLayerRegistry layerRegistry = ModelLayerClient.at(url);
    TaskRegistry tasks = TaskClient.at(url);
    try {
      Task task = tasks.create(NewTask.of("model_splits", Map.of()));
      progress.put(task.taskId(), 0);
      for (int n = 1; ; n++) {
        ModelLayer layer =
            new ModelLayer(
                UUID.randomUUID().toString(), "a", "c", "u", List.of(Map.of("n", n)), 0, 1);
        layerRegistry.create(layer);
        layers.add(layer);
        tasks.update(task.taskId(), TaskChange.status("in_progress", Map.of("n", n)));
        progress.put(task.taskId(), n);
        enough.countDown();
      }
    } catch (ModelSplitterException e) {
      // killed; what comes now was not acknowledged
    }
  }

  /** Asked with a filter, so that a layer without its entries in the index is missing, too. */
  private void checkAll(String url) {
    Map<String, ModelLayer> found = new HashMap<>();
    ModelLayerClient.at(url)
        .query(
            Query.of(Filter.eq("model_asset_id", "a")),
            layer -> found.put(layer.modelLayerHash(), layer));
    List<ModelLayer> missing =
        layers.stream().filter(layer -> !layer.equals(found.get(layer.modelLayerHash()))).toList();
    assertEquals(List.of(), missing, "acknowledged layers are not there");
    TaskRegistry tasks = TaskClient.at(url);
    progress.forEach(
        (taskId, n) -> {
          Object stored = tasks.get(taskId).taskStatusData().getOrDefault("n", 0);
          assertTrue(stored instanceof Integer m && m >= n, taskId + " has " + stored + " of " + n);
        });
  }
}
