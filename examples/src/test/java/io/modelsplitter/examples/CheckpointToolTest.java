package io.modelsplitter.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.SharedData;
import io.modelsplitter.checkpoint.Checkpoint;
import io.modelsplitter.checkpoint.ShardWriter;
import io.modelsplitter.checkpoint.TensorPart;
import io.modelsplitter.file.FileDigests;
import io.modelsplitter.json.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Splitting and merging from the command line. */
class CheckpointToolTest {
  @TempDir Path folder = Path.of("");

  private static int run(Object command, String... args) {
    StringWriter errors = new StringWriter();
    CommandLine line = new CommandLine(command).setErr(new PrintWriter(errors));
    return line.execute(args);
  }

  private Path synthetic() throws IOException {
    Path model = folder.resolve("model");
    SyntheticCheckpoint.main(new String[] {model.toString(), "1"});
    return model;
  }

  @Test
  void split_dryRun_writesNothing() throws IOException {
    Path out = folder.resolve("out");
    assertEquals(
        0,
        run(
            new SplitCommand(),
            synthetic().toString(),
            "--world-size=4",
            "--dry-run",
            "--out=" + out));
    assertFalse(Files.exists(out));
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
            new SplitCommand(),
            model.toString(),
            "--world-size=4",
            "--config={\"tp_degree\": 2, \"balance\": \"bytes\"}",
            "--granularity=LAYER",
            "--out=" + out));
    Path merged = folder.resolve("merged.safetensors");
    assertEquals(
        0, run(new MergeCommand(), out.resolve("registry.json").toString(), "--out=" + merged));
    assertEquals(canonical(Checkpoint.open(model)), canonical(Checkpoint.open(merged)));
    assertTrue(Files.exists(out.resolve("config.json")));
    Files.write(out.resolve("rank-0-before.safetensors"), new byte[9]);
    assertTrue(
        run(new MergeCommand(), out.resolve("registry.json").toString(), "--out=" + merged) > 0);
  }

  @Test
  void split_zipOfAFolder_isAsTheFolder() throws IOException {
    Path model = synthetic();
    Path zip = folder.resolve("model.zip");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
      for (String name : List.of("config.json", "model.safetensors")) {
        out.putNextEntry(new ZipEntry("gpt2/" + name));
        Files.copy(model.resolve(name), out);
        out.closeEntry();
      }
    }
    for (Path from : List.of(model, zip)) {
      String out = "--out=" + folder.resolve("out-" + from.getFileName());
      assertEquals(0, run(new SplitCommand(), from.toUri().toString(), "--world-size=3", out));
    }
    assertEquals(
        Files.readString(folder.resolve("out-model/registry.json")),
        Files.readString(folder.resolve("out-model.zip/registry.json")));
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
        0,
        run(
            new SplitCommand(),
            story.toString(),
            "--world-size=2",
            "--rules=" + rules,
            "--out=" + out));
    Map<?, ?> plan =
        (Map<?, ?>)
            Json.parseObject("registry", Files.readAllBytes(out.resolve("registry.json")))
                .getOrDefault("plan", Map.of());
    assertEquals("mine", plan.get("architecture"));
  }
}
