package io.modelsplitter.examples.cli;

import io.modelsplitter.checkpoint.Checkpoint;
import io.modelsplitter.checkpoint.CheckpointSplitter;
import io.modelsplitter.checkpoint.Granularity;
import io.modelsplitter.checkpoint.Shard;
import io.modelsplitter.checkpoint.ShardFile;
import io.modelsplitter.checkpoint.ShardWriter;
import io.modelsplitter.checkpoint.SplitPlan;
import io.modelsplitter.checkpoint.TensorPart;
import io.modelsplitter.examples.ModelSource;
import io.modelsplitter.examples.ResultFile;
import io.modelsplitter.file.AtomicFile;
import io.modelsplitter.file.FileDigests;
import io.modelsplitter.file.Folders;
import io.modelsplitter.file.LayerHash;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Splits a checkpoint into files and a {@code registry.json} that names them. */
@Command(
    name = "split",
    description = {
      "Splits a checkpoint into files, and a registry.json that names them.",
      "Prints the files with their MD5, as md5sum does."
    })
final class SplitCommand extends ToolCommand {
  @Mixin private final ModelOptions model = new ModelOptions();

  @Option(
      names = "--granularity",
      paramLabel = "rank|layer",
      defaultValue = "rank",
      description = "A file for each rank or for each layer. Default: rank.")
  private Granularity granularity = Granularity.RANK;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "split",
      description = "Where the files go. Default: ./split.")
  private Path out = Path.of("split");

  @Option(names = "--json", description = "Print the files as JSON, an object a line.")
  private boolean json;

  @Mixin private final WorkOptions works = new WorkOptions();

  SplitCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  public Integer call() throws IOException {
    Path work = works.makeBeside(out);
    try (Progress progress = progress()) {
      SplitPlan plan = model.plan(work, ModelSource.Wanted.ALL, progress);
      List<Map<String, Object>> layers = layers(plan, progress);
      List<Map<String, Object>> companions = companions(plan.checkpoint());
      write(plan, layers, companions);
      progress.end(
          "split into %d files, %s,"
              .formatted(layers.size(), Amounts.bytes(bytes(plan.shards(granularity)))));
      layers.forEach(file -> print(file, "model_layer_hash"));
      companions.forEach(file -> print(file, "md5"));
      return ModelSplitterTool.EXIT_DONE;
    } finally {
      Folders.delete(work);
    }
  }

  private void print(Map<String, Object> file, String key) {
    if (json) {
      surroundings().results().json(file);
    } else {
      Path path = out.resolve(String.valueOf(file.get("file")));
      surroundings().results().exactly(HashLine.of(String.valueOf(file.get(key)), path.toString()));
    }
  }

  private static long bytes(List<Shard> shards) {
    return shards.stream().flatMap(it -> it.parts().stream()).mapToLong(TensorPart::bytes).sum();
  }

  private List<Map<String, Object>> layers(SplitPlan plan, Progress progress) throws IOException {
    List<Shard> shards = plan.shards(granularity);
    progress.begin("splitting", bytes(shards));
    ShardWriter writer = ShardWriter.of(plan.checkpoint());
    CheckpointSplitter splitter =
        new CheckpointSplitter((shard, file) -> writer.write(shard.parts(), file, progress::add));
    List<Map<String, Object>> files = new ArrayList<>();
    for (ShardFile file : splitter.split(plan, shards, out)) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("model_layer_hash", file.digests().md5());
      entry.put("model_layer_rank", file.shard().rank().rank());
      entry.put("label", file.shard().label());
      entry.put("file", String.valueOf(file.file().getFileName()));
      entry.put("bytes", file.digests().bytes());
      entry.put("sha256", file.digests().sha256());
      files.add(entry);
    }
    return files;
  }

  private void write(
      SplitPlan plan, List<Map<String, Object>> layers, List<Map<String, Object>> companions)
      throws IOException {
    try (AtomicFile registry = AtomicFile.create(out.resolve("registry.json"));
        OutputStream to = new BufferedOutputStream(registry.stream())) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("layers", layers);
      result.put("files", companions);
      ResultFile.write(result, plan::writeJson, to);
      to.flush();
      registry.commit();
    }
  }

  /** Puts what a model needs beside its layers into the folder; answers names and digests. */
  private List<Map<String, Object>> companions(Checkpoint checkpoint) throws IOException {
    List<Map<String, Object>> companions = new ArrayList<>();
    for (Path companion : new CheckpointSplitter().companions(checkpoint, out)) {
      Path copy = out.resolve(companion.getFileName());
      if (!copy.equals(companion)) {
        Files.copy(companion, copy, StandardCopyOption.REPLACE_EXISTING);
      }
      FileDigests digests = new LayerHash().digests(copy);
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("name", String.valueOf(copy.getFileName()));
      entry.put("file", String.valueOf(copy.getFileName()));
      entry.put("bytes", digests.bytes());
      entry.put("md5", digests.md5());
      entry.put("sha256", digests.sha256());
      companions.add(entry);
    }
    return companions;
  }
}
