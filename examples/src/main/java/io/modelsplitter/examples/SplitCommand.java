package io.modelsplitter.examples;

import io.modelsplitter.checkpoint.Checkpoint;
import io.modelsplitter.checkpoint.CheckpointSplitter;
import io.modelsplitter.checkpoint.Granularity;
import io.modelsplitter.checkpoint.ShardFile;
import io.modelsplitter.checkpoint.SplitOptions;
import io.modelsplitter.checkpoint.SplitPlan;
import io.modelsplitter.file.AtomicFile;
import io.modelsplitter.file.FileDigests;
import io.modelsplitter.file.Folders;
import io.modelsplitter.file.LayerHash;
import io.modelsplitter.json.Json;
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
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Splits a checkpoint into files and a {@code registry.json} that names them. */
@Command(
    name = "split",
    mixinStandardHelpOptions = true,
    description = "Splits a checkpoint, or says with --dry-run how it would be split.")
final class SplitCommand implements Callable<Integer> {

  @Parameters(
      paramLabel = "MODEL",
      description =
          "A .safetensors or .gguf file, a folder, a .tar.gz or .zip of one; a path or URL.")
  private String model = "";

  @Option(
      names = "--world-size",
      required = true,
      paramLabel = "N",
      description = "How many ranks.")
  private int worldSize;

  @Option(
      names = "--config",
      paramLabel = "JSON",
      defaultValue = "{}",
      description =
          "As model_split_config: split_strategy, tp_degree, balance, layers, model_config.")
  private String config = "{}";

  @Option(names = "--rules", paramLabel = "FILE", description = "Rules of an unknown architecture.")
  private @Nullable Path rules;

  @Option(
      names = "--granularity",
      paramLabel = "WHAT",
      defaultValue = "RANK",
      description = "A file for each rank or layer: ${COMPLETION-CANDIDATES}.")
  private Granularity granularity = Granularity.RANK;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "split",
      description = "Where the files go. Default: ./split.")
  private Path out = Path.of("split");

  @Option(names = "--dry-run", description = "Write nothing; print the plan.")
  private boolean isDryRun;

  @Option(names = "--json", description = "Print the plan in JSON instead of a table.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    Path work = Files.createTempDirectory("checkpoint");
    try {
      ModelSource.Wanted wanted = isDryRun ? ModelSource.Wanted.HEADERS : ModelSource.Wanted.ALL;
      LocalModel found = ModelSource.fetch(url(), work, wanted, (fraction, message) -> {});
      Checkpoint checkpoint = found.open();
      SplitPlan plan = SplitPlan.of(checkpoint, options());
      print(plan);
      if (!isDryRun) {
        write(plan, checkpoint);
      }
      return 0;
    } finally {
      Folders.delete(work);
    }
  }

  private String url() {
    return model.matches("(?i)(https?|s3|file):.*") ? model : Path.of(model).toUri().toString();
  }

  private SplitOptions options() throws IOException {
    Map<String, Object> all = new LinkedHashMap<>(Json.parseObject("--config", config));
    Path file = rules;
    if (file != null) {
      all.put("architecture_rules", Json.parseObject(file.toString(), Files.readAllBytes(file)));
    }
    return SplitOptions.fromConfig(worldSize, all);
  }

  private void print(SplitPlan plan) throws IOException {
    if (json) {
      plan.writeJson(System.out);
      System.out.println();
    } else {
      System.out.print(plan.toTable());
    }
  }

  private void write(SplitPlan plan, Checkpoint checkpoint) throws IOException {
    List<Map<String, Object>> files = new ArrayList<>();
    for (ShardFile file : new CheckpointSplitter().split(plan, plan.shards(granularity), out)) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("model_layer_hash", file.digests().md5());
      entry.put("model_layer_rank", file.shard().rank().rank());
      entry.put("label", file.shard().label());
      entry.put("file", String.valueOf(file.file().getFileName()));
      entry.put("bytes", file.digests().bytes());
      entry.put("sha256", file.digests().sha256());
      files.add(entry);
    }
    try (AtomicFile registry = AtomicFile.create(out.resolve("registry.json"));
        OutputStream to = new BufferedOutputStream(registry.stream())) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("layers", files);
      result.put("files", companions(checkpoint));
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
