package io.modelsplitter.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.file.Folders;
import io.modelsplitter.file.LayerHash;
import io.modelsplitter.json.Json;
import io.modelsplitter.query.Filter;
import io.modelsplitter.registry.NewTask;
import io.modelsplitter.registry.Task;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import io.modelsplitter.registry.http.RegistryServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code kill -9} at random moments over one split, again and again: what comes of it are the
 * files, hashes and registrations of a run that nobody disturbs.
 *
 * <p>{@code -Dmodelsplitter.kills=50 -Dmodelsplitter.kill.megabytes=1024} is the test in full.
 */
class SplitterKillIT {
  private static final int KILLS = Integer.getInteger("modelsplitter.kills", 5);
  private static final int MEGABYTES = Integer.getInteger("modelsplitter.kill.megabytes", 48);

  private static final Pattern DOCUMENT =
      Pattern.compile("[0-9a-f]{32}-((registry|vdag|blocks)\\.json)");

  @TempDir Path folder;

  /** Everything that a split leaves behind. */
  private record Outcome(
      Map<String, String> files, List<String> registrations, Map<String, Object> result) {}

  @Test
  void kill_againAndAgain_endsAsIfNobodyHad() throws Exception {
    killAgainAndAgain(KILLS, Map.of(), 4);
  }

  /** Twelve layers of two ranks each, what comes before and after, and a manifest for each rank. */
  @Test
  void kill_tensorParallelByLayer_endsAsIfNobodyHad() throws Exception {
    // Both ranks of the first stage have the same embeddings.
    killAgainAndAgain(
        Math.max(5, KILLS / 5),
        Map.of("tp_degree", 2, "granularity", "layer"),
        2 * 12 + 2 * 2 - 1 + 4);
  }

  private void killAgainAndAgain(int kills, Map<String, Object> config, int registrations)
      throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    Path model = folder.resolve("model.tar.gz");
    int width = (int) Math.sqrt(MEGABYTES * (double) (1 << 20) / (4 * 12 * 12)) / 8 * 8;
    new SyntheticCheckpoint(12, width, 1_000).writeArchive("model", model);

    try (Split undisturbed = new Split("undisturbed", model, config)) {
      long start = System.nanoTime();
      assertEquals(0, undisturbed.await(undisturbed.start()));
      long duration = System.nanoTime() - start;
      Outcome expected = undisturbed.outcome();
      assertEquals(registrations, expected.registrations().size());

      int killed = 0;
      int splits = 0;
      while (killed < kills) {
        try (Split split = new Split("killed-" + splits++, model, config)) {
          int exit = -1;
          for (int attempt = 1; exit != 0; attempt++) {
            Process process = split.start();
            boolean isDone = killed >= kills;
            long moment = isDone ? Long.MAX_VALUE : (long) (moment(random) * duration);
            if (process.waitFor(moment, TimeUnit.NANOSECONDS)) {
              exit = process.exitValue();
              assertEquals(0, exit, "attempt " + attempt + ", seed " + seed + split.errors());
            } else {
              process.destroyForcibly().waitFor();
              killed++;
            }
          }
          assertEquals(expected, split.outcome(), "seed " + seed);
        }
      }
      System.out.printf(
          "%d kills over %d splits of %d MB, %.1f s each when undisturbed%n",
          killed, splits, MEGABYTES, duration / 1e9);
    }
  }

  /**
   * When to kill, as a part of an undisturbed run: mostly early, so that one split outlives all
   * kills, and at times late.
   */
  private static double moment(Random random) {
    return Math.pow(random.nextDouble(), Math.max(4, KILLS / 2.0));
  }

  /** A split in a store, a registry and a work folder of its own. */
  private final class Split implements AutoCloseable {
    private final EmbeddedRegistry registry = EmbeddedRegistry.inMemory();
    private final RegistryServer server = RegistryServer.start(registry);
    private final Path root;
    private final Path model;
    private final Map<String, Object> config;
    private final String taskId;

    Split(String name, Path model, Map<String, Object> config) throws IOException {
      this.config = config;
      this.root = Files.createDirectories(folder.resolve(name));
      this.model = model;
      this.taskId = registry.tasks().create(NewTask.of("model_splits", Map.of())).taskId();
    }

    Process start() throws IOException {
      ProcessBuilder builder =
          new ProcessBuilder(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-Xmx64m",
              "-cp",
              Path.of("target", "quickstart.jar").toAbsolutePath().toString(),
              SafetensorsSplitter.class.getName());
      String url = server.url().toString();
      builder.environment().clear();
      builder
          .environment()
          .putAll(
              Map.of(
                  "TASK_ID",
                  taskId,
                  "TASK_DATA",
                  Json.write(
                      Map.of(
                          "model_name",
                          "model",
                          "model_download_url",
                          model.toUri().toString(),
                          "world_size",
                          4,
                          "model_split_config",
                          config)),
                  "TASK_STATUS_UPDATE_URL",
                  url,
                  "MODEL_LAYERS_REGISTRY_URL",
                  url,
                  "BLOCK_DB_URL",
                  url,
                  "LAYER_STORE_URL",
                  root.resolve("layers").toUri().toString(),
                  "MODEL_SPLITTER_WORK_FOLDER",
                  root.resolve("work").toString(),
                  "TASK_ATTEMPTS_LEFT",
                  "1000"));
      return builder
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(root.resolve("errors").toFile())
          .start();
    }

    int await(Process process) throws InterruptedException {
      assertTrue(process.waitFor(300, TimeUnit.SECONDS), "the splitter does not end");
      return process.exitValue();
    }

    String errors() throws IOException {
      return Files.readString(root.resolve("errors"));
    }

    Outcome outcome() throws IOException {
      assertFalse(Files.exists(root.resolve("work/task-" + taskId)), "files are left");
      Map<String, String> files = new TreeMap<>();
      try (Stream<Path> stored = Files.list(root.resolve("layers"))) {
        for (Path file : stored.toList()) {
          String name = String.valueOf(file.getFileName());
          String sha256 = new LayerHash().digests(file).sha256();
          // What names files by their URLs differs by the folder of the store.
          Matcher document = DOCUMENT.matcher(name);
          files.put(
              document.matches() ? String.valueOf(document.group(1)) : name,
              document.matches() ? "" : sha256);
        }
      }
      List<String> registrations = new ArrayList<>();
      registry
          .modelLayers()
          .query(Filter.all())
          .forEach(layer -> registrations.add(here(Json.write(layer.toMap()))));
      Task task = registry.tasks().get(taskId);
      assertEquals("complete", task.taskStatus());
      return new Outcome(
          files,
          registrations,
          Json.parseObject(
              "result",
              here(Json.write(task.taskStatusData()))
                  .replaceAll("[0-9a-f]{32}-(registry|vdag|blocks)", "$1")));
    }

    private String here(String json) {
      return json.replace(root.toString(), "");
    }

    @Override
    public void close() throws IOException {
      server.close();
      registry.close();
      Folders.delete(root); // fifty of a gigabyte are more than a disk has
    }
  }
}
