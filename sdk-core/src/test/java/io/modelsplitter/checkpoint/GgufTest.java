package io.modelsplitter.checkpoint;

import static io.modelsplitter.Refusals.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.checkpoint.SplitPlan.RankPlan;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.file.ByteReader;
import io.modelsplitter.file.ByteSource;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufTest {
  @TempDir Path folder = Path.of("");

  /** Type, shape and bytes of each tensor, by name. */
  private static Map<String, List<Object>> content(Checkpoint checkpoint) throws IOException {
    Map<String, List<Object>> content = new LinkedHashMap<>();
    for (Tensor tensor : checkpoint.tensors().values()) {
      ByteBuffer bytes = ByteBuffer.allocate((int) tensor.bytes());
      try (ByteReader reader =
          tensor.source().open(tensor.offset(), tensor.offset() + tensor.bytes())) {
        reader.read(bytes);
      }
      content.put(tensor.name(), List.of(tensor.dtype(), tensor.shape(), bytes.flip()));
    }
    return content;
  }

  private static List<PartFile> split(SplitPlan plan, Path target) throws IOException {
    List<PartFile> files = new ArrayList<>();
    for (ShardFile file :
        new CheckpointSplitter().split(plan, plan.shards(Granularity.RANK), target)) {
      files.add(new PartFile(file.shard().rank().rank(), file.file(), file.digests().md5()));
    }
    return files;
  }

  private Path json(SplitPlan plan) throws IOException {
    Path file = folder.resolve("plan.json");
    try (OutputStream out = Files.newOutputStream(file)) {
      plan.writeJson(out);
    }
    return file;
  }

  /** As {@link #split}, with the file of the key-values, which merging needs. */
  private static List<PartFile> splitForMerging(SplitPlan plan, Path target) throws IOException {
    List<PartFile> files = split(plan, target);
    for (Path file : new CheckpointSplitter().companions(plan.checkpoint(), target)) {
      files.add(new PartFile(0, file, ""));
    }
    return files;
  }

  /** The keys of a file in order, each with the bytes of its value. */
  private static List<Object> keyValues(Path file) throws IOException {
    List<Object> all = new ArrayList<>();
    byte[] bytes = Files.readAllBytes(file);
    for (GgufMetadata.KeyValue it : GgufFile.read(ByteSource.of(file)).metadata().ofModel()) {
      all.add(it.key());
      all.add(ByteBuffer.wrap(Arrays.copyOfRange(bytes, (int) it.from(), (int) it.to())));
    }
    return all;
  }

  private static List<String> keys(Path file) throws IOException {
    return GgufFile.read(ByteSource.of(file)).metadata().ofModel().stream()
        .map(GgufMetadata.KeyValue::key)
        .toList();
  }

  @Test
  void open_file_hasItsTensorsAndSettings() throws IOException {
    Path file = TestGguf.model(2).write(folder.resolve("m.gguf"));
    Checkpoint checkpoint = Checkpoint.open(file);
    assertEquals(20, checkpoint.tensors().size());
    Tensor up = checkpoint.tensors().get("blk.1.ffn_up.weight");
    assertEquals(List.of(512L, 256L), up == null ? List.of() : up.shape());
    assertEquals(GgmlType.Q4_0, up == null ? null : up.dtype());
    assertEquals("llama", checkpoint.config().get("model_type"));
    assertEquals(2, checkpoint.config().get("num_key_value_heads"));
    byte[] all = Files.readAllBytes(file);
    Tensor last = checkpoint.tensors().get("output_norm.weight");
    assertEquals(all.length, last == null ? 0 : last.offset() + last.bytes());
  }

  @Test
  void pipeline_partsAreGgufFilesWithWhatTheyNeed() throws IOException {
    Path file = TestGguf.model(3).write(folder.resolve("m.gguf"));
    SplitPlan plan = SplitPlan.pipeline(Checkpoint.open(file), 2);
    List<PartFile> files = split(plan, folder.resolve("parts"));
    assertTrue(files.get(0).file().toString().endsWith("rank-0.gguf"));
    GgufFile first = GgufFile.read(ByteSource.of(files.get(0).file()));
    GgufFile second = GgufFile.read(ByteSource.of(files.get(1).file()));
    for (PartFile part : files) {
      assertEquals(
          List.of("general.architecture", "general.quantization_version"), keys(part.file()));
    }
    assertTrue(second.tensors().containsKey("output.weight")); // tied
    assertTrue(first.tensors().containsKey("token_embd.weight"));
    assertFalse(second.tensors().containsKey("token_embd.weight"));
    assertEquals(0, Files.size(files.get(1).file()) % 32);
  }

  @Test
  void merge_givesTheSameTensors() throws IOException {
    Checkpoint original = Checkpoint.open(TestGguf.model(3).write(folder.resolve("m.gguf")));
    for (int worldSize = 1; worldSize <= 3; worldSize++) {
      SplitPlan plan = SplitPlan.pipeline(original, worldSize);
      List<PartFile> files = splitForMerging(plan, folder.resolve("parts" + worldSize));
      Path json = json(plan);
      Path merged = folder.resolve("merged.gguf");
      new CheckpointMerge().merge(json, files, merged);
      assertEquals(content(original), content(Checkpoint.open(merged)));
      assertEquals(keyValues(folder.resolve("m.gguf")), keyValues(merged));
      List<PartFile> without = files.subList(0, files.size() - 1);
      refused(
          BadInputException.class,
          () -> new CheckpointMerge().open(json, without),
          "metadata.gguf");
    }
  }

  @Test
  void split_modelsThatDifferInASettingOnly_shareEveryPart() throws IOException {
    List<List<String>> hashes = new ArrayList<>();
    for (int length : new int[] {4_096, 32_768}) {
      TestGguf gguf =
          new TestGguf()
              .llama(2)
              .u32("llama.context_length", length)
              .texts("tokenizer.ggml.merges", "m" + length)
              .tensor("token_embd.weight", 1, 3 * 256 * 2, 256, 3)
              .layer(0)
              .layer(1)
              .tensor("output_norm.weight", 0, 1024, 256);
      Checkpoint checkpoint = Checkpoint.open(gguf.write(folder.resolve(length + ".gguf")));
      SplitPlan plan = SplitPlan.pipeline(checkpoint, 2);
      List<String> digests = new ArrayList<>(digests(split(plan, folder.resolve("a" + length))));
      for (ShardFile file :
          new CheckpointSplitter()
              .split(plan, plan.shards(Granularity.LAYER), folder.resolve("b" + length))) {
        digests.add(file.digests().md5());
      }
      hashes.add(digests);
    }
    assertEquals(6, hashes.get(0).size()); // two ranks; before, two layers, after
    assertEquals(hashes.get(0), hashes.get(1));
  }

  @Test
  void open_splitSet_isTheSameModelAndGivesTheSameBytes() throws IOException {
    Path single = TestGguf.model(2).write(folder.resolve("m.gguf"));
    Path set = Files.createDirectory(folder.resolve("set"));
    new TestGguf()
        .llama(2)
        .u16("split.no", 0)
        .u16("split.count", 2)
        .i32("split.tensors.count", 20)
        .layer(1)
        .write(set.resolve("m-00001-of-00002.gguf"));
    new TestGguf()
        .u16("split.no", 1)
        .u16("split.count", 2)
        .i32("split.tensors.count", 20)
        .tensor("output_norm.weight", 0, 1024, 256)
        .layer(0)
        .tensor("token_embd.weight", 1, 3 * 256 * 2, 256, 3)
        .write(set.resolve("m-00002-of-00002.gguf"));
    Checkpoint one = Checkpoint.open(single);
    List<String> expected = digests(split(SplitPlan.pipeline(one, 2), folder.resolve("a")));
    for (Path path : List.of(set, set.resolve("m-00002-of-00002.gguf"))) {
      Checkpoint many = Checkpoint.open(path);
      assertEquals(content(one), content(many));
      assertEquals(expected, digests(split(SplitPlan.pipeline(many, 2), folder.resolve("b"))));
    }
    Files.delete(set.resolve("m-00001-of-00002.gguf"));
    assertRefused("m-00001-of-00002.gguf is missing", set);
  }

  private static List<String> digests(List<PartFile> files) {
    return files.stream().map(PartFile::digest).toList();
  }

  @Test
  void open_fileWhoseNameIsNotThatOfItsSet_isRefused() throws IOException {
    new TestGguf()
        .llama(1)
        .u16("split.no", 0)
        .u16("split.count", 3)
        .i32("split.tensors.count", 9)
        .layer(0)
        .write(folder.resolve("m-00001-of-00001.gguf"));
    assertRefused("split.count 3, where 1", folder.resolve("m-00001-of-00001.gguf"));
    Files.move(folder.resolve("m-00001-of-00001.gguf"), folder.resolve("x.gguf"));
    assertRefused("one of a split set of 3", folder.resolve("x.gguf"));
  }

  @Test
  void open_filesOfTwoSets_areRefused() throws IOException {
    Path first = folder.resolve("m-00001-of-00002.gguf");
    Path second = folder.resolve("m-00002-of-00002.gguf");
    partOfSet(0, 10).layer(0).write(first);
    partOfSet(1, 19).tensor("output_norm.weight", 0, 1024, 256).layer(1).write(second);
    assertRefused("split.tensors.count 10, where 19", first);
    partOfSet(1, 18).layer(0).write(second);
    assertRefused("\"blk.0.attn_norm.weight\" in two files", second);
    partOfSet(1, 10).tensor("output_norm.weight", 0, 1024, 256).write(second);
    assertEquals(10, Checkpoint.open(second).tensors().size());
  }

  private static TestGguf partOfSet(int number, int tensors) {
    return new TestGguf()
        .llama(1)
        .u16("split.no", number)
        .u16("split.count", 2)
        .i32("split.tensors.count", tensors);
  }

  private static void assertRefused(String part, Path file) {
    refused(BadInputException.class, () -> Checkpoint.open(file), part);
  }

  @Test
  void tensorParallel_betweenBlocks_isCut() throws IOException {
    TestGguf gguf = new TestGguf().llama(1).tensor("token_embd.weight", 1, 3 * 256 * 2, 256, 3);
    Checkpoint checkpoint = Checkpoint.open(gguf.layer(0).write(folder.resolve("m.gguf")));
    SplitPlan plan = SplitPlan.of(checkpoint, SplitOptions.of(2).tensorParallel(2));
    RankPlan second = plan.ranks().get(1);
    TensorPart down =
        second.parts().stream()
            .filter(part -> part.name().endsWith("ffn_down.weight"))
            .findFirst()
            .orElseThrow();
    assertEquals(List.of(256L, 256L), down.shape()); // 8 blocks of 32 of each row
    Path merged = folder.resolve("merged.gguf");
    new CheckpointMerge().merge(json(plan), splitForMerging(plan, folder.resolve("parts")), merged);
    assertEquals(content(checkpoint), content(Checkpoint.open(merged)));
  }

  @Test
  void tensorParallel_throughBlocks_isRefused() throws IOException {
    TestGguf gguf =
        new TestGguf()
            .llama(1)
            .tensor("blk.0.ffn_down.weight", 12, 256 * 2 * 144, 512, 256)
            .tensor("blk.0.attn_output.weight", 12, 256 * 144, 256, 256);
    Checkpoint checkpoint = Checkpoint.open(gguf.write(folder.resolve("m.gguf")));
    refused(
        BadInputException.class,
        () -> SplitPlan.of(checkpoint, SplitOptions.of(2).tensorParallel(2)),
        "Q4_K comes in blocks of 256");
  }

  @Test
  void tensorParallel_headsThatDifferByLayer_areRefused() throws IOException {
    TestGguf gguf =
        new TestGguf()
            .text("general.architecture", "llama")
            .u32("llama.attention.head_count", 4)
            .numbers("llama.attention.head_count_kv", 2, 4)
            .layer(0);
    Checkpoint checkpoint = Checkpoint.open(gguf.write(folder.resolve("m.gguf")));
    assertEquals(1, SplitPlan.pipeline(checkpoint, 1).ranks().size());
    assertThrows(
        BadInputException.class,
        () -> SplitPlan.of(checkpoint, SplitOptions.of(2).tensorParallel(2)));
  }

  @Test
  void open_whatIsWrong_isNamed() throws IOException {
    Path file = folder.resolve("m.gguf");
    byte[] good = TestGguf.model(1).bytes();
    assertWrong("does not begin with GGUF", file, 0, good, (byte) 'X');
    assertWrong("version is 1;", file, 4, good, (byte) 1);
    assertWrong("tensors, but only", file, 15, good, (byte) 1);
    assertWrong("key-values, but only", file, 22, good, (byte) 1);
    Files.write(file, Arrays.copyOf(good, good.length - 100));
    assertRefused("ends at byte", file);
    Files.write(file, Arrays.copyOf(good, good.length + 100));
    assertRefused("its tensors fill", file);
    new TestGguf().text("a", "x").text("a", "y").write(file);
    assertRefused("the key \"a\" twice", file);
    new TestGguf().u32("general.alignment", 24).write(file);
    assertRefused("power of two", file);
    new TestGguf().tensor("x", 0, 4, 1).tensor("x", 0, 4, 1).write(file);
    assertRefused("the tensor \"x\" twice", file);
    new TestGguf().tensor("x", 99, 4, 1).write(file);
    assertRefused("the type 99", file);
    new TestGguf().tensor("x", 12, 144, 128, 2).write(file);
    assertRefused("impossible shape [2, 128]", file);
    new TestGguf().tensor("x", 0, 4, 1L << 62, 1L << 62).write(file);
    assertRefused("impossible shape", file);
    new TestGguf().tensor("x".repeat(65), 0, 4, 1).write(file);
    assertRefused("65 bytes", file);
    new TestGguf().tensor("x", 0, 4, 1, 1, 1, 1, 1).write(file);
    assertRefused("5 dimensions", file);
    new TestGguf().tensor("x", 0, 4, 2).write(file);
    assertEquals(1, Checkpoint.open(file).tensors().size()); // within the padding
    new TestGguf().tensor("x", 0, 4, 20).write(file);
    assertRefused("ends at byte 80", file);
  }

  private static void assertWrong(String part, Path file, int at, byte[] good, byte value)
      throws IOException {
    byte[] bad = good.clone();
    bad[at] = value;
    Files.write(file, bad);
    assertRefused(part, file);
  }

  @Test
  void open_settingsThatFillTheMemory_areRefused() throws IOException {
    TestGguf gguf = new TestGguf();
    for (int i = 0; i < 300; i++) {
      gguf.text("general.note." + i, "x".repeat(4_096));
    }
    assertRefused("letters and numbers", gguf.write(folder.resolve("settings.gguf")));
  }
}
