package io.modelsplitter.checkpoint;

import io.modelsplitter.checkpoint.SplitPlan.RankPlan;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes a plan: first which stage a tensor goes to, then what each rank of the stage gets. */
final class SplitPlanner {
  private final Checkpoint checkpoint;
  private final SplitOptions options;
  private final Map<String, Object> config;
  private final Architecture architecture;
  private final Map<String, Tensor> tensors;
  private final int layers;

  SplitPlanner(Checkpoint checkpoint, SplitOptions options) {
    this.checkpoint = checkpoint;
    this.options = options;
    this.config = new LinkedHashMap<>(checkpoint.config());
    config.putAll(options.modelConfig());
    this.architecture = architecture();
    this.tensors = SharedTensors.resolve(checkpoint, config, architecture);
    this.layers = LayerCount.of(tensors.keySet(), architecture, config);
  }

  private Architecture architecture() {
    Set<String> stored = checkpoint.tensors().keySet();
    Object modelType = config.get("model_type");
    boolean isOwn = !options.architectureRules().isEmpty();
    List<Architecture> known =
        isOwn
            ? List.of(ArchitectureReader.read("given", options.architectureRules(), modelType))
            : ArchitectureReader.builtIn(modelType);
    return Architecture.of(known, stored)
        .orElseThrow(
            () ->
                new BadInputException(
                    "no tensor is named like a layer of "
                        + (isOwn
                            ? "the given architecture_rules: "
                            : "a known model (Llama, GPT-2, BERT, GGUF); give architecture_rules: ")
                        + (stored.isEmpty()
                            ? "there are none"
                            : "the first is " + Json.show(stored.iterator().next()))));
  }

  SplitPlan plan() {
    int stages = options.stages();
    if (stages > layers) {
      throw new BadInputException(
          stages == options.worldSize()
              ? "world_size %d is more than the %d layers of the model; ask for at most %d"
                  .formatted(stages, layers, layers)
              : "world_size %d with tp_degree %d makes %d stages, more than the %d layers"
                  .formatted(options.worldSize(), options.tpDegree(), stages, layers));
    }
    StagePlacement placement = new StagePlacement(architecture, tensors, layers);
    int[] ends = placement.ends(options);
    TensorCutter cutter = new TensorCutter(architecture, config, options.tpDegree());
    List<RankPlan> ranks = new ArrayList<>();
    for (int stage = 0; stage < stages; stage++) {
      int first = stage == 0 ? 0 : ends[stage - 1];
      List<Section> whole = placement.stage(stage, ends);
      for (int tpRank = 0; tpRank < options.tpDegree(); tpRank++) {
        List<Section> sections = new ArrayList<>();
        for (Section section : whole) {
          sections.add(cut(section, cutter, tpRank));
        }
        ranks.add(new RankPlan(ranks.size(), stage, tpRank, first, ends[stage], sections));
      }
    }
    Map<String, Spread> names = new HashMap<>();
    for (String name : tensors.keySet()) {
      names.put(
          name,
          cutter.isOnce(name)
              ? Spread.ONCE
              : placement.isEverywhere(name) ? Spread.EVERY_STAGE : Spread.STAGE);
    }
    return new SplitPlan(checkpoint, architecture.name(), layers, options.tpDegree(), names, ranks);
  }

  private static Section cut(Section section, TensorCutter cutter, int tpRank) {
    List<TensorPart> parts = new ArrayList<>();
    for (TensorPart part : section.parts()) {
      cutter.cut(part, tpRank).ifPresent(parts::add);
    }
    return new Section(section.label(), parts);
  }
}
