package io.modelsplitter.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.modelsplitter.SharedData;
import io.modelsplitter.checkpoint.Checkpoint;
import io.modelsplitter.file.LayerHash;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The runnable jar, end to end. */
class QuickstartIT {
  @TempDir Path folder;

  @Test
  void run_withNothingElse_thenAgain_reusesEveryLayerAndWritesNone() throws Exception {
    QuickstartRun first = QuickstartRun.of(folder, "--json");
    assertEquals(0, first.exitCode(), first::everything);
    assertEquals("complete", first.task().get("task_status"));
    assertEquals(List.of(0, 1, 2, 3), values(first, "model_layer_rank"));
    assertEquals(List.of(false, false, false, false), values(first, "reused"));
    for (Map<String, Object> layer : first.layers()) {
      Path file = file(layer);
      assertEquals(layer.get("model_layer_hash"), new LayerHash().getHash(file.toString()));
      assertEquals(layer.get("bytes"), (int) Files.size(file));
      assertEquals(layer.get("tensors"), Checkpoint.open(file).tensors().size());
      String row = String.valueOf(layer.get("model_layer_hash"));
      assertTrue(first.output().stream().anyMatch(it -> it.contains(row) && it.contains(" new ")));
    }
    Map<Path, FileTime> before = files();

    QuickstartRun second = QuickstartRun.of(folder, "--json");
    assertEquals(0, second.exitCode(), second::everything);
    assertEquals(List.of(true, true, true, true), values(second, "reused"));
    assertEquals(values(first, "model_layer_hash"), values(second, "model_layer_hash"));
    assertEquals(values(first, "model_layer_public_url"), values(second, "model_layer_public_url"));
    assertEquals(before, files());
    assertTrue(Files.notExists(folder.resolve("quickstart-data/jobs").resolve(taskId(second))));
  }

  /** Everything in the layer store, with the time of its last change. */
  private Map<Path, FileTime> files() throws IOException {
    Map<Path, FileTime> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder.resolve("quickstart-data/layers"))) {
      for (Path path : all.toList()) {
        files.put(path, Files.getLastModifiedTime(path));
      }
    }
    return files;
  }

  private static String taskId(QuickstartRun run) {
    return String.valueOf(run.task().get("task_id"));
  }

  private static List<Object> values(QuickstartRun run, String field) {
    List<Object> values = new ArrayList<>();
    run.layers().forEach(layer -> values.add(layer.getOrDefault(field, "")));
    return values;
  }

  private static Path file(Map<String, Object> layer) {
    return Path.of(URI.create(String.valueOf(layer.get("model_layer_public_url"))));
  }

  @Test
  void run_realCheckpoint_keepsEveryTensor() throws Exception {
    Path story = SharedData.require("data/story");
    QuickstartRun run =
        QuickstartRun.of(folder, "--model", story.toString(), "--world-size", "2", "--json");
    assertEquals(0, run.exitCode(), run::everything);
    Set<String> names = new HashSet<>();
    for (Map<String, Object> layer : run.layers()) {
      names.addAll(Checkpoint.open(file(layer)).tensors().keySet());
    }
    Set<String> expected = new HashSet<>(Checkpoint.open(story).tensors().keySet());
    expected.add("model.embed_tokens.weight");
    assertEquals(expected, names);
    assertTrue(
        Checkpoint.open(file(run.layers().get(0)))
            .tensors()
            .containsKey("model.embed_tokens.weight"));
    assertTrue(Checkpoint.open(file(run.layers().get(1))).tensors().containsKey("lm_head.weight"));

    QuickstartRun bare =
        QuickstartRun.of(
            folder,
            "--model",
            story.resolve("model.safetensors").toString(),
            "--world-size=2",
            "--json");
    assertEquals(values(run, "model_layer_hash"), values(bare, "model_layer_hash"));
    assertEquals(List.of(true, true), values(bare, "reused"));
  }

  @Test
  void run_layerFileThatIsGone_isWrittenAgain() throws Exception {
    QuickstartRun first = QuickstartRun.of(folder, "--json");
    Files.delete(file(first.layers().get(2)));
    QuickstartRun second = QuickstartRun.of(folder, "--json");
    assertEquals(List.of(true, true, false, true), values(second, "reused"));
    assertTrue(Files.exists(file(first.layers().get(2))));
  }

  @Test
  void run_badInput_isOneErrorAndNothingIsLeft() throws Exception {
    Path cut = folder.resolve("cut.safetensors");
    Files.write(cut, new byte[] {100, 0, 0, 0, 0, 0, 0, 0, '{'});
    Path pickle = Files.writeString(folder.resolve("model.bin"), "x");
    assertFails("cut off", cut.toString());
    assertFails("pickle", pickle.toString());
    HttpServer empty =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    empty.start();
    assertFails("404", "http://127.0.0.1:" + empty.getAddress().getPort() + "/m.safetensors");
    empty.stop(0);
    assertFails("cannot download", "http://127.0.0.1:1/m.safetensors");
    QuickstartRun tooMany = QuickstartRun.of(folder, "--world-size=13", "--json", "--data=d");
    assertEquals(1, tooMany.exitCode());
    assertTrue(String.valueOf(tooMany.task()).contains("13 is more than the 12 layers"));
    assertTrue(String.join("\n", tooMany.errors()).contains("13 is more than the 12 layers"));
    assertEquals(List.of(), tooMany.layers());
  }

  private void assertFails(String part, String model) throws Exception {
    QuickstartRun run =
        QuickstartRun.of(folder, "--model", model, "--world-size=1", "--json", "--data=d");
    assertEquals(1, run.exitCode(), run::everything);
    assertEquals("failed", run.task().get("task_status"), run::everything);
    assertTrue(String.valueOf(run.task().get("task_status_data")).contains(part), run::everything);
    assertTrue(String.join("\n", run.errors()).contains(part), run::everything);
    assertEquals(List.of(), run.layers());
    assertTrue(Files.notExists(folder.resolve("d/layers")));
  }

  @Test
  void run_badFlag_endsWith2() throws Exception {
    assertEquals(2, QuickstartRun.of(folder, "--world-size", "many").exitCode());
    assertEquals(2, QuickstartRun.of(folder, "--colour").exitCode());
    QuickstartRun missing = QuickstartRun.of(folder, "--model", "none.safetensors");
    assertEquals(1, missing.exitCode());
    assertTrue(missing.errors().get(0).contains("none.safetensors"), missing::everything);
  }
}
