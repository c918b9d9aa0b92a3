package io.modelsplitter.examples;

import io.modelsplitter.Context;
import io.modelsplitter.ModelSplitter;
import io.modelsplitter.ModelSplitterExecutor;
import io.modelsplitter.PhaseResult;
import io.modelsplitter.checkpoint.Checkpoint;
import io.modelsplitter.checkpoint.SplitPlan;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import io.modelsplitter.registry.client.ModelLayerClient;
import io.modelsplitter.storage.LayerStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Splits safetensors checkpoints for pipeline parallelism, in memory that does not grow with the
 * model. Configured by environment variables alone, as a container is.
 *
 * <p>Of {@code model_split_config} it reads {@code split_strategy} ({@code pipeline_parallel}, the
 * default) and {@code model_component_registry_uri} (which component runs the layers).
 */
public final class SafetensorsSplitter implements ModelSplitter {
  private static final Logger log = LoggerFactory.getLogger(SafetensorsSplitter.class);
  private static final String STRATEGY = "pipeline_parallel";
  private static final String DEFAULT_COMPONENT = "registry://component/safetensors-stage";

  private final Context context;
  private final LayerPublisher publisher;
  private final CompanionFiles companions;
  private final Path work;

  private SafetensorsSplitter(Context context, LayerPublisher publisher, LayerStore store) {
    this.context = context;
    this.publisher = publisher;
    this.work = context.scratchFolder().resolve("files");
    this.companions = new CompanionFiles(store, work);
  }

  /** Splits the model that the environment names. */
  public static void main(String[] args) {
    ModelSplitterExecutor.execute(SafetensorsSplitter::fromEnvironment);
  }

  private static SafetensorsSplitter fromEnvironment(Context context) {
    LayerStore store = LayerStore.fromEnvironment();
    LayerPublisher publisher =
        new LayerPublisher(ModelLayerClient.fromEnvironment(), store, context, component(context));
    return new SafetensorsSplitter(context, publisher, store);
  }

  @Override
  public PhaseResult begin() throws IOException {
    Object strategy = context.modelSplitConfig().getOrDefault("split_strategy", STRATEGY);
    if (!STRATEGY.equals(strategy)) {
      throw new BadInputException(
          "split_strategy " + Json.show(strategy) + " is not known; use \"" + STRATEGY + "\"");
    }
    publisher.checkReachable();
    Files.createDirectories(work);
    return PhaseResult.ok(
        ModelSource.fetch(context.modelDownloadUrl(), work, context.progressListener()).toMap());
  }

  /** A file is what it was only if its bytes are: an attempt can be killed at any moment. */
  @Override
  public boolean isIntact(String phase, Map<String, Object> answer) throws IOException {
    return switch (phase) {
      case "begin" -> LocalModel.fromMap(answer).isIntact();
      case "main" -> publisher.isIntact(list(answer, "ranks"));
      default -> true;
    };
  }

  @Override
  public PhaseResult main(Map<String, Object> extraData) throws IOException {
    LocalModel model = LocalModel.fromMap(extraData);
    Checkpoint checkpoint = Checkpoint.open(model.path());
    SplitPlan plan = SplitPlan.pipeline(checkpoint, context.worldSize());
    log.info("{} tensors in {} layers", checkpoint.tensors().size(), plan.layers());
    List<Map<String, Object>> ranks = publisher.write(plan, model.fingerprint(), work);
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("ranks", ranks);
    data.put("companions", checkpoint.companions().stream().map(Path::toString).toList());
    return PhaseResult.ok(data);
  }

  @Override
  public PhaseResult finish(Map<String, Object> extraData) throws IOException {
    LayerPublisher.Publication layers = publisher.store(list(extraData, "ranks"));
    Map<String, Object> plan = new LinkedHashMap<>();
    plan.put("model_name", context.modelName());
    plan.put("split_strategy", STRATEGY);
    plan.put("world_size", context.worldSize());
    plan.put("layers", layers.planned());
    plan.put("files", companions.storeAll(list(extraData, "companions")));
    Object artifact = companions.storePlan(plan);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("status", "done");
    result.putAll(plan);
    result.put("layers", layers.register());
    result.put("artifact", artifact);
    return PhaseResult.ok(result);
  }

  private static List<?> list(Map<String, Object> extraData, String key) {
    return extraData.get(key) instanceof List<?> list ? list : List.of();
  }

  private static String component(Context context) {
    Object uri =
        context.modelSplitConfig().getOrDefault("model_component_registry_uri", DEFAULT_COMPONENT);
    if (uri instanceof String text && !text.isBlank()) {
      return text;
    }
    throw new BadInputException(
        "model_component_registry_uri must be a non-empty string, not " + Json.show(uri));
  }
}
