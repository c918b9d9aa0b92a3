package io.modelsplitter.examples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.SharedData;
import io.modelsplitter.checkpoint.Checkpoint;
import io.modelsplitter.checkpoint.CheckpointSplitter;
import io.modelsplitter.checkpoint.CountingServer;
import io.modelsplitter.checkpoint.ShardWriter;
import io.modelsplitter.checkpoint.TensorPart;
import io.modelsplitter.checkpoint.TestGguf;
import io.modelsplitter.examples.SyntheticCheckpoint;
import io.modelsplitter.file.Archives;
import io.modelsplitter.file.FileDigests;
import io.modelsplitter.file.LayerHash;
import io.modelsplitter.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Splitting and merging from the command line. */
class SplitAndMergeTest {
  @TempDir Path folder = Path.of("");

  private static int run(String... args) {
    return ToolRun.of(args).exitCode();
  }

  private Path synthetic() throws IOException {
    Path model = folder.resolve("model");
    SyntheticCheckpoint.main(new String[] {model.toString(), "1"});
    return model;
  }

  @Test
  void split_printsWhatMd5sumReads() throws IOException {
    Path out = folder.resolve("out");
    ToolRun run = ToolRun.of("split", synthetic().toString(), "--world-size=4", "--out=" + out);
    assertEquals(0, run.exitCode(), run::errors);
    assertEquals(5, run.lines().size(), run::output);
    for (String line : run.lines()) {
      assertEquals(line.substring(0, 32), new LayerHash().getHash(line.substring(34)));
    }
    assertTrue(run.errors().contains("split into 4 files"), run::errors);
  }

  /** What a file with these tensors would be. */
  private static FileDigests canonical(Checkpoint checkpoint) throws IOException {
    return ShardWriter.of(checkpoint)
        .digest(checkpoint.tensors().values().stream().map(TensorPart::whole).toList());
  }

  @Test
  void merge_ofASplit_hasTheSameTensors() throws IOException {
    Path model = synthetic();
    Path out = folder.resolve("out");
    assertEquals(
        0,
        run(
            "split",
            model.toString(),
            "--world-size=4",
            "--config={\"tp_degree\": 2, \"balance\": \"bytes\"}",
            "--granularity=LAYER",
            "--out=" + out));
    Path merged = folder.resolve("merged.safetensors");
    assertEquals(0, run("merge", out.resolve("registry.json").toString(), "--out=" + merged));
    assertEquals(canonical(Checkpoint.open(model)), canonical(Checkpoint.open(merged)));
    assertTrue(Files.exists(out.resolve("config.json")));
    Files.write(out.resolve("rank-0-before.safetensors"), new byte[9]);
    assertTrue(run("merge", out.resolve("registry.json").toString(), "--out=" + merged) > 0);
  }

  @Test
  void merge_ofASplitOfGguf_hasTheSameTensorsAndSettings() throws IOException {
    Path model = TestGguf.model(3).write(folder.resolve("m.gguf"));
    Path out = folder.resolve("out");
    assertEquals(
        0, run("split", model.toString(), "--world-size=2", "--granularity=LAYER", "--out=" + out));
    Path merged = folder.resolve("merged.gguf");
    String registry = out.resolve("registry.json").toString();
    assertEquals(0, run("merge", registry, "--out=" + merged));
    assertEquals(canonical(Checkpoint.open(model)), canonical(Checkpoint.open(merged)));
    Path settings =
        new CheckpointSplitter()
            .companions(Checkpoint.open(merged), folder.resolve("of-merged"))
            .get(0);
    assertEquals(-1, Files.mismatch(out.resolve("metadata.gguf"), settings));
    Files.delete(out.resolve("metadata.gguf"));
    assertTrue(run("merge", registry, "--out=" + merged) > 0);
  }

  /** What the file with the plan names is somebody else's word. */
  @Test
  void merge_ofAHostileRegistry_writesNowhereAndSaysWhy() throws IOException {
    Path registry = folder.resolve("registry.json");
    Path escaped = folder.resolve("escaped");
    Path evil = Files.createDirectory(folder.resolve("evil"));
    Files.write(evil.resolve("x.safetensors"), new byte[100]);
    try (CountingServer server = new CountingServer(evil)) {
      String url = server.url("x.safetensors");
      for (Map<String, Object> hostile :
          List.<Map<String, Object>>of(
              Map.of("label", "x/../../../../../../" + escaped, "model_layer_public_url", url),
              Map.of("model_layer_public_url", "file:relative"),
              Map.of("model_layer_public_url", "file:///dev/zero"), // which has no end
              Map.of("model_layer_public_url", "file://host/x y"),
              Map.of("file", "a\u0000b"),
              Map.of("file", "..", "model_layer_hash", "../x"))) {
        Map<String, Object> layer = new HashMap<>(hostile);
        layer.put("model_layer_rank", 0);
        layer.putIfAbsent("model_layer_hash", "0".repeat(32));
        Map<String, Object> first = Map.of("label", "x/y");
        Map<String, Object> both = new HashMap<>(layer);
        both.putAll(first);
        Files.writeString(
            registry, Json.write(Map.of("layers", List.of(both, layer), "plan", Map.of())));
        assertEquals(
            64,
            run("merge", registry.toString(), "--out=" + folder.resolve("o")),
            hostile::toString);
        assertFalse(Files.exists(escaped));
        assertFalse(Files.exists(folder.resolve("o")));
      }
    }
  }

  @Test
  void split_zipOfAFolder_isAsTheFolder() throws IOException {
    Path model = synthetic();
    Path zip = zip(model);
    for (Path from : List.of(model, zip)) {
      String out = "--out=" + folder.resolve("out-" + from.getFileName());
      assertEquals(0, run("split", from.toUri().toString(), "--world-size=3", out));
    }
    assertEquals(
        Files.readString(folder.resolve("out-model/registry.json")),
        Files.readString(folder.resolve("out-model.zip/registry.json")));
  }

  /** What the command prints. */
  private static String planOf(Path model) {
    ToolRun run = ToolRun.of("plan", model.toString(), "--world-size=2");
    assertEquals(0, run.exitCode(), run::errors);
    return run.output();
  }

  @Test
  void plan_ofAnArchive_isAsOfTheFolderAndWritesNothing() throws IOException {
    Path model = synthetic();
    SyntheticCheckpoint small = new SyntheticCheckpoint(12, 8, 50);
    Path tar = folder.resolve("small.tar.gz");
    small.writeArchive("small", tar);
    Path unpacked = folder.resolve("unpacked");
    Archives.extract(tar, unpacked);
    assertEquals(planOf(unpacked), planOf(tar));
    assertEquals(planOf(model), planOf(zip(model)));
    String before = System.getProperty("java.io.tmpdir");
    Path watched = Files.createDirectory(folder.resolve("tmp"));
    System.setProperty("java.io.tmpdir", watched.toString());
    try {
      String unused = planOf(tar);
    } finally {
      System.setProperty("java.io.tmpdir", before);
    }
    assertEquals(0, watched.toFile().list().length);
  }

  @Test
  void split_ofADownload_keepsItBesideTheResultOrWhereItIsTold() throws Exception {
    Path model = synthetic();
    Path tmp = Files.createFile(folder.resolve("tmp-that-is-full")); // nothing can be made in it
    Path work = folder.resolve("work/of/mine");
    String before = System.getProperty("java.io.tmpdir");
    System.setProperty("java.io.tmpdir", tmp.toString());
    try (CountingServer server = new CountingServer(zip(model).getParent())) {
      server.hasRanges = false;
      Path out = folder.resolve("results/out");
      String url = server.url("model.zip");
      assertEquals(0, run("split", url, "--world-size=2", "--out=" + out));
      assertEquals(
          List.of("config.json", "rank-0.safetensors", "rank-1.safetensors", "registry.json"),
          names(out));
      assertEquals(List.of("out"), names(folder.resolve("results")));
      assertEquals(0, run("plan", url, "--world-size=2", "--work=" + work));
      assertEquals(List.of(), names(work));
      String merged = "--out=" + folder.resolve("merged.safetensors");
      assertEquals(0, run("merge", out.resolve("registry.json").toString(), merged));
    } finally {
      System.setProperty("java.io.tmpdir", before);
    }
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    }
  }

  private Path zip(Path model) throws IOException {
    Path zip = folder.resolve("model.zip");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
      for (String name : List.of("config.json", "model.safetensors")) {
        out.putNextEntry(new ZipEntry("gpt2/" + name));
        Files.copy(model.resolve(name), out);
        out.closeEntry();
      }
    }
    return zip;
  }

  @Test
  void split_registry_namesTheCompanionsWithTheirDigests() throws IOException {
    Path out = folder.resolve("out");
    assertEquals(0, run("split", synthetic().toString(), "--world-size=2", "--out=" + out));
    Map<String, Object> registry =
        Json.parseObject("registry", Files.readAllBytes(out.resolve("registry.json")));
    FileDigests config = new LayerHash().digests(out.resolve("config.json"));
    assertEquals(
        List.of(
            Map.of(
                "name",
                "config.json",
                "file",
                "config.json",
                "bytes",
                (int) config.bytes(),
                "md5",
                config.md5(),
                "sha256",
                config.sha256())),
        registry.get("files"));
  }

  @Test
  void split_serverThatCannotBeReadInRanges_isDownloadedAndGivesTheSame() throws IOException {
    Path model = synthetic();
    Path expected = folder.resolve("expected");
    assertEquals(0, run("split", model.toString(), "--world-size=2", "--out=" + expected));
    try (CountingServer server = new CountingServer(model)) {
      for (boolean hasRanges : new boolean[] {false, true}) {
        server.hasRanges = hasRanges;
        server.validator = ""; // without which ranges of two contents could be mixed
        Path out = folder.resolve("out-" + hasRanges);
        assertEquals(0, run("split", server.url(""), "--world-size=2", "--out=" + out));
        assertEquals(
            Files.readString(expected.resolve("registry.json")),
            Files.readString(out.resolve("registry.json")));
      }
    }
  }

  @Test
  void split_ruleFile_isUsed() throws IOException {
    Path story = SharedData.require("data/story");
    Path rules = folder.resolve("rules.json");
    Files.writeString(
        rules,
        Json.write(
            Map.of(
                "layer",
                "model.layers.{layer}.",
                "first",
                List.of("model.embed_tokens.*"),
                "last",
                List.of("model.norm.*", "lm_head.*"),
                "name",
                "mine")));
    Path out = folder.resolve("out");
    assertEquals(
        0, run("split", story.toString(), "--world-size=2", "--rules=" + rules, "--out=" + out));
    Map<?, ?> plan =
        (Map<?, ?>)
            Json.parseObject("registry", Files.readAllBytes(out.resolve("registry.json")))
                .getOrDefault("plan", Map.of());
    assertEquals("mine", plan.get("architecture"));
  }
}
