package io.modelsplitter.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.checkpoint.Checkpoint;
import io.modelsplitter.checkpoint.Tensor;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.file.LayerHash;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each example's main, run as its Javadoc says. */
class ExamplesTest {
  @TempDir private Path folder;

  private interface Main {
    void run(String[] args) throws IOException, InterruptedException;
  }

  private static List<String> printed(Main main, Object... args)
      throws IOException, InterruptedException {
    PrintStream before = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
      System.setOut(out);
      main.run(Stream.of(args).map(String::valueOf).toArray(String[]::new));
    } finally {
      System.setOut(before);
    }
    return bytes.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void embeddedRegistries_findTheLayerOverHttp() throws Exception {
    List<String> lines = printed(EmbeddedRegistries::main);
    assertEquals(1, lines.size());
    assertTrue(lines.get(0).contains("modelLayerHash=0b3af2cbca26987622c6a8cde4e21230"));
    assertTrue(lines.get(0).contains("precision=fp16"));
  }

  @Test
  void sharedLayers_aFineTuneOfOneLayer_storesThatLayerAlone() throws Exception {
    Path base = folder.resolve("base");
    printed(SyntheticCheckpoint::main, base, 1);
    Path tuned = Files.createDirectory(folder.resolve("tuned"));
    for (String file : List.of("config.json", "model.safetensors")) {
      Files.copy(base.resolve(file), tuned.resolve(file));
    }
    change(tuned.resolve("model.safetensors"), "h.7.mlp.c_fc.weight");
    Path layers = folder.resolve("layers");
    List<String> lines = printed(SharedLayers::main, layers, base, tuned);
    List<String> expected = new ArrayList<>();
    for (String label : labels()) {
      expected.add(base + " " + label + " new");
    }
    for (String label : labels()) {
      String what = label.equals("layer-7") ? " new" : " reused";
      expected.add(tuned + " " + label + what);
    }
    assertEquals(expected, lines);
    try (Stream<Path> stored = Files.list(layers).filter(Files::isRegularFile)) {
      assertEquals(labels().size() + 1, stored.count());
    }
  }

  private static List<String> labels() {
    List<String> labels = new ArrayList<>(List.of("before"));
    for (int layer = 0; layer < 12; layer++) {
      labels.add("layer-" + layer);
    }
    labels.add("after");
    return labels;
  }

  private static void change(Path model, String name) throws IOException {
    Tensor tensor = Objects.requireNonNull(Checkpoint.open(model).tensors().get(name));
    try (RandomAccessFile file = new RandomAccessFile(model.toFile(), "rw")) {
      file.seek(tensor.offset());
      file.write(1);
    }
  }

  @Test
  void querying_asksAndChanges() throws Exception {
    List<String> lines = printed(Querying::main);
    assertEquals(
        List.of("found gpt2-3", "found gpt2-2", "another precision than 16: 2"),
        lines.subList(0, 3));
    List<String> explained = lines.subList(3, 6);
    assertTrue(explained.get(0).startsWith("INDEX {model_asset_id="), explained.get(0));
    assertTrue(explained.get(1).startsWith("INDEX {model_layer_metadata.megabytes="));
    assertTrue(explained.get(2).startsWith("MATCHER {model_layer_metadata.precision="));
    assertTrue(lines.get(6).startsWith("version 2: "), lines.get(6));
    assertTrue(lines.get(6).contains("https://example.com/v2/gpt2-0"), lines.get(6));
    assertTrue(lines.get(6).contains("uses=1"), lines.get(6));
    assertTrue(lines.get(7).startsWith("refused: "), lines.get(7));
    assertEquals(8, lines.size());
  }

  @Test
  void runSplitJobs_followsTheJobToItsEnd() throws Exception {
    Path model = Files.writeString(folder.resolve("model"), "the weights");
    String md5 = new LayerHash().digests(model).md5();
    try (ModelHost host = ModelHost.serve(model)) {
      List<String> lines = printed(RunSplitJobs::main, folder.resolve("jobs"), host.url());
      assertEquals(1, lines.size());
      assertTrue(lines.get(0).startsWith("complete "), lines.get(0));
      assertTrue(lines.get(0).contains("layer_hash=" + md5), lines.get(0));
    }
  }

  @Test
  void runSplitJobs_aModelThatIsNotThere_saysWhyItFailed() throws Exception {
    Path model = Files.writeString(folder.resolve("model"), "the weights");
    try (ModelHost host = ModelHost.serve(model)) {
      String other = host.url().replace("/models/", "/others/");
      List<String> lines = printed(RunSplitJobs::main, folder.resolve("jobs"), other);
      assertTrue(lines.get(0).startsWith("failed "), lines.get(0));
      assertFalse(lines.get(0).contains("layer_hash"), lines.get(0));
      assertTrue(lines.get(0).contains("404"), lines.get(0));
    }
  }

  @Test
  void wrongArguments_areSaid() {
    assertThrows(BadInputException.class, () -> SharedLayers.main(new String[0]));
    assertThrows(BadInputException.class, () -> MinioLayers.main(new String[0]));
    assertThrows(BadInputException.class, () -> RunSplitJobs.main(new String[0]));
  }
}
