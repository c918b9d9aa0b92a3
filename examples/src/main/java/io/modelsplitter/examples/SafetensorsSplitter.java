package io.modelsplitter.examples;

import io.modelsplitter.Context;
import io.modelsplitter.ModelSplitter;
import io.modelsplitter.ModelSplitterExecutor;
import io.modelsplitter.PhaseResult;
import io.modelsplitter.checkpoint.Checkpoint;
import io.modelsplitter.checkpoint.CheckpointSplitter;
import io.modelsplitter.checkpoint.SplitPlan;
import io.modelsplitter.checkpoint.VdagDocuments;
import io.modelsplitter.file.AtomicFile;
import io.modelsplitter.file.LayerHash;
import io.modelsplitter.json.Json;
import io.modelsplitter.registry.BlockRegistry;
import io.modelsplitter.registry.client.Blocks;
import io.modelsplitter.registry.client.ModelLayerClient;
import io.modelsplitter.storage.LayerStore;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Splits checkpoints for pipeline and tensor parallelism, in memory that does not grow with the
 * model. Configured by environment variables alone, as a container is; {@code
 * examples/safetensors-splitter/README.md} has them, and the keys of {@code model_split_config}.
 */
public final class SafetensorsSplitter implements ModelSplitter {
  private static final Logger log = LoggerFactory.getLogger(SafetensorsSplitter.class);

  private final Context context;
  private final JobConfig config;
  private final StoredLayers stored;
  private final BlockRegistry blocks;
  private final Path work;

  private SafetensorsSplitter(Context context, StoredLayers stored, BlockRegistry blocks) {
    this.context = context;
    this.blocks = blocks;
    this.config = JobConfig.of(context);
    this.stored = stored;
    this.work = context.scratchFolder().resolve("files");
  }

  /** Splits the model that the environment names; {@code --help} explains how. */
  public static void main(String[] args) {
    if (args.length > 0) {
      System.exit(SplitterArguments.explain(args));
    }
    ModelSplitterExecutor.execute(SafetensorsSplitter::fromEnvironment);
  }

  private static SafetensorsSplitter fromEnvironment(Context context) {
    return new SafetensorsSplitter(
        context,
        new StoredLayers(ModelLayerClient.fromEnvironment(), LayerStore.fromEnvironment()),
        Blocks.fromEnvironment());
  }

  @Override
  public PhaseResult begin() throws IOException {
    boolean unused = stored.isKnownAsset(context.modelName()); // no work is done for nothing
    Files.createDirectories(work);
    return PhaseResult.ok(
        ModelSource.fetch(
                context.modelDownloadUrl(),
                work,
                config.isDryRun()
                    ? ModelSource.Wanted.HEADERS
                    : config.isWhole() ? ModelSource.Wanted.ALL : ModelSource.Wanted.SOME,
                context.progressListener())
            .toMap());
  }

  /** A file is what it was only if its bytes are: an attempt can be killed at any moment. */
  @Override
  public boolean isIntact(String phase, Map<String, Object> answer) throws IOException {
    return switch (phase) {
      case "begin" -> LocalModel.fromMap(answer).isIntact();
      case "main" ->
          config.isDryRun()
              || (isPlanIntact(answer)
                  && list(answer, "companions").stream()
                      .allMatch(file -> Files.isRegularFile(Path.of((String) file)))
                  && new PieceMaker(stored, context).isIntact(list(answer, "pieces")));
      default -> true;
    };
  }

  private boolean isPlanIntact(Map<String, Object> answer) throws IOException {
    return Files.isRegularFile(planFile())
        && new LayerHash().sha256(planFile()).equals(answer.get("plan_sha256"));
  }

  private Path planFile() {
    return work.resolve("plan.json");
  }

  @Override
  public PhaseResult main(Map<String, Object> extraData) throws IOException {
    LocalModel model = LocalModel.fromMap(extraData);
    Checkpoint checkpoint = model.open();
    SplitPlan plan = SplitPlan.of(checkpoint, config.options());
    log.info("{} tensors in {} layers", checkpoint.tensors().size(), plan.layers());
    plan.toTable().lines().forEach(log::info);
    if (config.isDryRun()) {
      return PhaseResult.ok(Map.of("table", plan.toTable()));
    }
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("plan_sha256", writePlan(plan));
    data.put(
        "pieces",
        new PieceMaker(stored, context)
            .write(
                plan,
                plan.shards(config.granularity(), config.ranks()),
                model.fingerprint() + Json.write(context.modelSplitConfig()),
                model.isRemote(),
                work));
    List<Path> companions = new CheckpointSplitter().companions(checkpoint, work);
    data.put("companions", companions.stream().map(Path::toString).toList());
    return PhaseResult.ok(data);
  }

  private String writePlan(SplitPlan plan) throws IOException {
    try (AtomicFile file = AtomicFile.create(planFile())) {
      OutputStream out = new BufferedOutputStream(file.stream());
      plan.writeJson(out);
      out.flush();
      file.commit();
    }
    return new LayerHash().sha256(planFile());
  }

  @Override
  public PhaseResult finish(Map<String, Object> extraData) throws IOException {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("status", config.isDryRun() ? "planned" : "done");
    if (config.isDryRun()) {
      result.put("table", Objects.requireNonNull(extraData.get("table")));
      return PhaseResult.ok(result);
    }
    LayerPublisher.Publication layers =
        new LayerPublisher(stored, context, config.component()).store(list(extraData, "pieces"));
    CompanionFiles companions = new CompanionFiles(stored.store(), work);
    Map<String, Object> plan = new LinkedHashMap<>();
    plan.put("model_name", context.modelName());
    plan.put("split_strategy", config.strategy());
    plan.put("world_size", context.worldSize());
    plan.put("tp_degree", config.options().tpDegree());
    plan.put("layers", layers.planned());
    plan.put("files", companions.storeAll(list(extraData, "companions")));
    Object artifact = companions.storePlan(plan, planFile());
    result.putAll(plan);
    result.put("layers", layers.register());
    result.put("artifact", artifact);
    if (config.isWhole()) { // a graph has every rank
      VdagDocuments documents =
          VdagDocuments.of(
              config.vdag(),
              layers.pieces(),
              new RunningBlocks(blocks, config.component()),
              hash -> stored.find(hash) != null);
      result.put("vdag", companions.storeJson("vdag.json", documents.vdag()));
      result.put("blocks", companions.storeJson("blocks.json", documents.blocks()));
    }
    return PhaseResult.ok(result);
  }

  private static List<?> list(Map<String, Object> extraData, String key) {
    return extraData.get(key) instanceof List<?> list ? list : List.of();
  }
}
