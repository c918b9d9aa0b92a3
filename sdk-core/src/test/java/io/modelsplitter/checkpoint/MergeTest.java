package io.modelsplitter.checkpoint;

import static io.modelsplitter.Refusals.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.FolderNames;
import io.modelsplitter.SharedData;
import io.modelsplitter.checkpoint.TestModels.Size;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.file.Folders;
import io.modelsplitter.json.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was split and merged is what it was, whatever the strategy. */
class MergeTest {
  @TempDir Path folder = Path.of("");

  /** Splits into a folder; answers the files. */
  private static List<PartFile> split(SplitPlan plan, Granularity granularity, Path target)
      throws IOException {
    List<PartFile> files = new ArrayList<>();
    for (ShardFile file : new CheckpointSplitter().split(plan, plan.shards(granularity), target)) {
      files.add(new PartFile(file.shard().rank().rank(), file.file(), file.digests().sha256()));
    }
    return files;
  }

  private static Path json(SplitPlan plan, Path folder) throws IOException {
    Path file = folder.resolve("plan.json");
    try (OutputStream out = Files.newOutputStream(file)) {
      plan.writeJson(out);
    }
    return file;
  }

  private static TestModels model(int kind, Size size) {
    return switch (kind) {
      case 0 -> TestModels.llama(size);
      case 1 -> TestModels.qwen2(size);
      case 2 -> TestModels.qwen3(size);
      case 3 -> TestModels.mixtral(size, 2);
      case 4 -> TestModels.phi3(size);
      case 5 -> TestModels.gpt2(size);
      default -> TestModels.bert(size);
    };
  }

  @Property(tries = 60)
  void merge_splitCheckpoint_isTheSame(
      @ForAll @IntRange(max = 6) int kind,
      @ForAll @IntRange(min = 1, max = 3) int layers,
      @ForAll @IntRange(min = 1, max = 3) int stages,
      @ForAll @IntRange(max = 2) int degreeBits,
      @ForAll @IntRange(min = 1, max = 40) int vocabulary,
      @ForAll @IntRange(min = 1, max = 5) int width,
      @ForAll boolean byLayer,
      @ForAll long seed)
      throws IOException {
    int degree = 1 << degreeBits;
    Size size = new Size(layers, 8 * width, 4, 2, 12, 4 + vocabulary);
    Path folder = Files.createTempDirectory("merge");
    try {
      Path original = model(kind, size).write(folder.resolve("model"), seed);
      Checkpoint checkpoint = Checkpoint.open(original);
      SplitPlan plan =
          SplitPlan.of(
              checkpoint,
              SplitOptions.of(Math.min(stages, layers) * degree).tensorParallel(degree));
      List<PartFile> files =
          split(plan, byLayer ? Granularity.LAYER : Granularity.RANK, folder.resolve("parts"));
      for (PartFile file : files) {
        assertEquals(
            "{\"format\":\"pt\"}",
            Json.write(Checkpoint.open(file.file()).aliases())); // nothing else is in there
      }
      Path merged = folder.resolve("merged.safetensors");
      new CheckpointMerge().merge(json(plan, folder), files, merged);
      assertEquals(
          TestFiles.tensors(original.resolve("model.safetensors")), TestFiles.tensors(merged));
    } finally {
      Folders.delete(folder);
    }
  }

  private void assertMergesBack(Path original) throws IOException {
    SplitPlan plan = SplitPlan.of(Checkpoint.open(original), SplitOptions.of(2).tensorParallel(2));
    List<PartFile> files = split(plan, Granularity.RANK, folder.resolve("parts"));
    Path merged = folder.resolve("merged.safetensors");
    AtomicLong done = new AtomicLong();
    new CheckpointMerge().merge(json(plan, folder), files, merged, done::addAndGet);
    assertEquals(
        TestFiles.tensors(original.resolve("model.safetensors")), TestFiles.tensors(merged));
    long bytes = Files.size(merged);
    for (PartFile file : files) {
      bytes += Files.size(file.file()); // its digest is checked
    }
    assertEquals(bytes, done.get());
  }

  @Test
  void merge_largeRows_areReadPieceByPiece() throws IOException {
    // Rows of 1.3 MB, so that no row fits a block, and parts of rows that do not fit a buffer.
    TestModels model = TestModels.llama(new Size(1, 8, 4, 2, 330_000, 5));
    assertMergesBack(model.write(folder.resolve("model"), 3));
  }

  @Test
  void merge_story_isTheOriginal() throws IOException {
    Path story = SharedData.require("data/story");
    for (int degree : new int[] {1, 2, 4, 8}) {
      SplitPlan plan =
          SplitPlan.of(Checkpoint.open(story), SplitOptions.of(2 * degree).tensorParallel(degree));
      List<PartFile> files = split(plan, Granularity.LAYER, folder.resolve("parts" + degree));
      Path merged = folder.resolve("merged.safetensors");
      new CheckpointMerge().merge(json(plan, folder), files, merged);
      assertEquals(
          TestFiles.tensors(story.resolve("model.safetensors")), TestFiles.tensors(merged));
    }
  }

  @Test
  void open_splitOfASplit_needsNoFileInBetween() throws IOException {
    Path original = TestModels.llama(TestModels.SMALL).write(folder.resolve("model"), 3);
    Checkpoint checkpoint = Checkpoint.open(original);
    SplitPlan four = SplitPlan.of(checkpoint, SplitOptions.of(4).tensorParallel(4));
    List<PartFile> files = split(four, Granularity.RANK, folder.resolve("four"));
    Checkpoint again = new CheckpointMerge().open(json(four, folder), files);
    SplitPlan three = SplitPlan.pipeline(checkpoint, 3);
    SplitPlan threeAgain = SplitPlan.pipeline(again, 3);
    assertEquals(
        digests(split(three, Granularity.RANK, folder.resolve("a"))),
        digests(split(threeAgain, Granularity.RANK, folder.resolve("b"))));
  }

  private static List<String> digests(List<PartFile> files) {
    return files.stream().map(PartFile::digest).toList();
  }

  @Test
  void merge_damagedOrMissingFile_isNamed() throws IOException {
    Path original = TestModels.gpt2(TestModels.SMALL).write(folder.resolve("model"), 3);
    SplitPlan plan = SplitPlan.of(Checkpoint.open(original), SplitOptions.of(2).tensorParallel(2));
    List<PartFile> files = split(plan, Granularity.RANK, folder.resolve("parts"));
    assertRefused("not all of the tensor", plan, files.subList(0, 1));
    assertRefused("no files", plan, List.of());
    assertRefused("missing", plan, List.of(files.get(0), new PartFile(1, folder.resolve("x"), "")));
    List<PartFile> swapped =
        List.of(new PartFile(0, files.get(1).file(), ""), new PartFile(1, files.get(0).file(), ""));
    assertRefused("in the plan", plan, swapped);
    byte[] bytes = Files.readAllBytes(files.get(1).file());
    bytes[bytes.length - 1] ^= 1;
    Files.write(files.get(1).file(), bytes);
    assertRefused("does not have the digest", plan, files);
  }

  private void assertRefused(String part, SplitPlan plan, List<PartFile> files) {
    Path target = folder.resolve("merged.safetensors");
    refused(
        BadInputException.class,
        () -> new CheckpointMerge().merge(json(plan, folder), files, target),
        part);
    assertTrue(Files.notExists(target));
  }

  @Test
  void open_lyingPlan_isRefused() throws IOException {
    Path original = TestModels.gpt2(TestModels.SMALL).write(folder.resolve("model"), 3);
    SplitPlan plan = SplitPlan.pipeline(Checkpoint.open(original), 1);
    List<PartFile> files = split(plan, Granularity.RANK, folder.resolve("parts"));
    for (String text :
        List.of(
            "{}",
            "",
            "{\"ranks\": [",
            "{\"ranks\": {}}",
            "{\"ranks\": []} {}",
            "{\"ranks\": [{\"tensors\": [{}]}]}",
            "{\"ranks\": [{\"rank\": 0}]}",
            "{\"ranks\": [{\"rank\": 99999999999, \"tensors\": []}]}",
            "{\"plan\": {\"ranks\": [1]}}",
            "{\"ranks\": [1]}",
            "{\"ranks\": [{\"rank\": 0, \"tensors\": [{}]}]}",
            "{\"ranks\": [{\"rank\": 0, \"tensors\": [{\"name\": \"x\", \"dtype\": \"F32\","
                + " \"shape\": [-1]}]}]}",
            "{\"ranks\": [{\"rank\": 0, \"tensors\": [{\"name\": \"wte.weight\", \"dtype\":"
                + " \"F32\", \"shape\": [11, 16], \"axis\": 0, \"pieces\": [[5, 16]],"
                + " \"stored_shape\": [11, 16]}]}]}")) {
      assertThrows(
          BadInputException.class,
          () -> new CheckpointMerge().open(Files.writeString(folder.resolve("lie"), text), files),
          text);
    }
  }

  @Test
  void merge_emptyTensorsAndSingleNumbers_comeBack() throws IOException {
    TestModels model = TestModels.llama(TestModels.SMALL);
    model.shapes().put("model.layers.0.input_layernorm.weight", List.of());
    model.shapes().put("model.layers.1.mlp.up_proj.weight", List.of(24L, 0L));
    assertMergesBack(model.write(folder.resolve("model"), 3));
  }

  @Test
  void merge_emptyAxisThatWouldBeCut_comesBack() throws IOException {
    TestModels model = TestModels.llama(TestModels.SMALL);
    String attention = "model.layers.0.self_attn.";
    model.shapes().put(attention + "q_proj.weight", List.of(4L, 0L));
    model.shapes().put(attention + "o_proj.weight", List.of(4L, 0L));
    model.shapes().put("model.layers.1.self_attn.q_proj.weight", List.of(0L, 4L));
    model.shapes().put("model.layers.1.mlp.down_proj.weight", List.of(0L, 0L));
    assertMergesBack(model.write(folder.resolve("model"), 3));
  }

  @Test
  void open_planWithTwoAxes_isRefused() throws IOException {
    Path original = TestModels.llama(TestModels.SMALL).write(folder.resolve("model"), 3);
    SplitPlan plan = SplitPlan.of(Checkpoint.open(original), SplitOptions.of(2).tensorParallel(2));
    List<PartFile> files = split(plan, Granularity.RANK, folder.resolve("parts"));
    String text = Files.readString(json(plan, folder));
    String half = "\"shape\":[8,16],\"stored_shape\":[16,16],\"axis\":0,\"pieces\":[[8,16]]";
    assertTrue(text.contains(half));
    Path changed =
        Files.writeString(
            folder.resolve("changed"),
            text.replace(half, half.replace("\"axis\":0", "\"axis\":1")));
    refused(BadInputException.class, () -> new CheckpointMerge().open(changed, files), "two axes");
  }

  @Test
  void split_byLayer_sharesWhatTwoModelsHaveInCommon() throws IOException {
    Path one = TestModels.llama(TestModels.SMALL).write(folder.resolve("one"), 3);
    Path two = folder.resolve("two");
    Files.createDirectories(two);
    byte[] bytes = Files.readAllBytes(one.resolve("model.safetensors"));
    Tensor changed = Checkpoint.open(one).tensors().get("model.layers.1.mlp.up_proj.weight");
    bytes[(int) (changed == null ? 0 : changed.offset())] ^= 1;
    Files.write(two.resolve("model.safetensors"), bytes);
    Files.copy(one.resolve("config.json"), two.resolve("config.json"));
    List<List<String>> hashes = new ArrayList<>();
    for (Path model : List.of(one, two)) {
      SplitPlan plan = SplitPlan.pipeline(Checkpoint.open(model), model.equals(one) ? 2 : 3);
      List<PartFile> files =
          split(plan, Granularity.LAYER, folder.resolve("parts-" + model.getFileName()));
      hashes.add(new ArrayList<>(digests(files)));
    }
    assertEquals(5, hashes.get(0).size()); // before, three layers, after
    hashes.get(0).removeAll(hashes.get(1));
    assertEquals(1, hashes.get(0).size());
    assertEquals(
        List.of(
            "rank-0-before.safetensors",
            "rank-0-layer-0.safetensors",
            "rank-1-layer-1.safetensors",
            "rank-2-after.safetensors",
            "rank-2-layer-2.safetensors"),
        FolderNames.of(folder.resolve("parts-two")));
  }
}
