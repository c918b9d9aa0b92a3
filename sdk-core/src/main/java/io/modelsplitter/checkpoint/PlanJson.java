package io.modelsplitter.checkpoint;

import io.modelsplitter.checkpoint.SplitPlan.RankPlan;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A plan as JSON: everything that merging its parts needs, and nothing of this machine. */
final class PlanJson {

  private PlanJson() {}

  static Map<String, Object> plan(SplitPlan plan) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("architecture", plan.architecture());
    map.put("split_strategy", plan.strategy());
    map.put("world_size", plan.ranks().size());
    map.put("tp_degree", plan.tpDegree());
    map.put("stages", plan.stages());
    map.put("layers", plan.layers());
    map.put("ranks", plan.ranks().stream().map(PlanJson::rank).toList());
    return map;
  }

  private static Map<String, Object> rank(RankPlan rank) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("rank", rank.rank());
    map.put("stage", rank.stage());
    map.put("tp_rank", rank.tpRank());
    map.put("layer_range", List.of(rank.firstLayer(), rank.endLayer()));
    map.put("parameters", rank.parameters());
    map.put("bytes", rank.bytes());
    map.put("tensors", rank.parts().stream().map(PlanJson::part).toList());
    return map;
  }

  /** What is missing is as it is in the file, or in the stored tensor. */
  static Map<String, Object> part(TensorPart part) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("name", part.name());
    map.put("dtype", part.tensor().dtype().name());
    map.put("shape", part.shape());
    if (!part.name().equals(part.tensor().name())) {
      map.put("stored_name", part.tensor().name());
    }
    part.cut()
        .ifPresent(
            cut -> {
              map.put("stored_shape", part.tensor().shape());
              map.put("axis", cut.axis());
              map.put(
                  "pieces",
                  cut.pieces().stream().map(piece -> List.of(piece.from(), piece.to())).toList());
            });
    if (part.share() != Share.OWN) {
      map.put("copy", part.share().wireName());
    }
    return map;
  }
}
