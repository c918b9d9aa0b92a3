package io.modelsplitter.examples;

import io.modelsplitter.Context;
import io.modelsplitter.checkpoint.Granularity;
import io.modelsplitter.checkpoint.SplitOptions;
import io.modelsplitter.checkpoint.SplitPlan;
import io.modelsplitter.checkpoint.VdagOptions;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a job's {@code model_split_config} asks for.
 *
 * @param options how the checkpoint is split
 * @param granularity of what there are files
 * @param ranks those that this job makes
 * @param isDryRun whether it only says what it would do
 * @param component what runs the layers
 * @param vdag what the documents for the network say
 */
record JobConfig(
    SplitOptions options,
    Granularity granularity,
    Set<Integer> ranks,
    boolean isDryRun,
    String component,
    VdagOptions vdag) {
  private static final Logger log = LoggerFactory.getLogger(JobConfig.class);

  private static final String DEFAULT_COMPONENT = "registry://component/safetensors-stage";

  private static final Set<String> KNOWN =
      Set.of(
          "split_strategy",
          "tp_degree",
          "balance",
          "layers",
          "architecture_rules",
          "model_config",
          "granularity",
          "ranks",
          "dry_run",
          "model_component_registry_uri",
          "vdag");

  static JobConfig of(Context context) {
    Map<String, Object> config = context.modelSplitConfig();
    for (String key : config.keySet()) {
      if (!KNOWN.contains(key)) { // others may read it, so it is no error
        log.warn("model_split_config has {}, which this splitter does not know", Json.show(key));
      }
    }
    int worldSize = context.worldSize();
    String component = component(config);
    return new JobConfig(
        SplitOptions.fromConfig(worldSize, config),
        granularity(config),
        ranks(config, worldSize),
        isTrue(config, "dry_run"),
        component,
        VdagConfig.of(config, context.modelName(), component));
  }

  /** As the specification names it. */
  String strategy() {
    return options.tpDegree() == 1 ? SplitPlan.PIPELINE : SplitPlan.TENSOR;
  }

  /** Whether the job makes every rank. */
  boolean isWhole() {
    return ranks.size() == options.worldSize();
  }

  private static Granularity granularity(Map<String, Object> config) {
    Object value = config.getOrDefault("granularity", "rank");
    return switch (String.valueOf(value)) {
      case "rank" -> Granularity.RANK;
      case "layer" -> Granularity.LAYER;
      default ->
          throw new BadInputException(
              "granularity must be \"rank\" or \"layer\", not " + Json.show(value));
    };
  }

  private static Set<Integer> ranks(Map<String, Object> config, int worldSize) {
    Object value = config.get("ranks");
    if (value == null) {
      return IntStream.range(0, worldSize).boxed().collect(Collectors.toSet());
    }
    Set<Integer> ranks = new TreeSet<>();
    if (value instanceof List<?> list) {
      for (Object element : list) {
        if (element instanceof Integer rank && rank >= 0 && rank < worldSize) {
          ranks.add(rank);
        } else {
          throw wrongRanks(worldSize, value);
        }
      }
    }
    if (ranks.isEmpty()) {
      throw wrongRanks(worldSize, value);
    }
    return Set.copyOf(ranks);
  }

  private static BadInputException wrongRanks(int worldSize, Object value) {
    return new BadInputException(
        "ranks must be a list of ranks from 0 to %d, not %s"
            .formatted(worldSize - 1, Json.show(value)));
  }

  private static boolean isTrue(Map<String, Object> config, String key) {
    Object value = config.getOrDefault(key, false);
    if (value instanceof Boolean flag) {
      return flag;
    }
    throw new BadInputException(key + " must be true or false, not " + Json.show(value));
  }

  private static String component(Map<String, Object> config) {
    Object uri = config.getOrDefault("model_component_registry_uri", DEFAULT_COMPONENT);
    if (uri instanceof String text && !text.isBlank()) {
      return text;
    }
    throw new BadInputException(
        "model_component_registry_uri must be a non-empty string, not " + Json.show(uri));
  }
}
