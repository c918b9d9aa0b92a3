package io.modelsplitter.checkpoint;

import io.modelsplitter.file.FileDigests;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * What a registry is told about a file of a split: an entry of {@code model_layer_metadata}.
 *
 * <p>{@code tensor_list} has name, type and shape of each tensor, as long as there are at most
 * {@value #MAX_LISTED}. Of more, those whose names differ in their numbers only, and whose types
 * and shapes are the same, are one entry with {@code *} for the numbers and a {@code count}: so
 * many layers or experts take no more room than one. What is still more than that is left out, and
 * {@code tensor_list_omitted} says how much; the plan file lists everything. Slices are in full:
 * {@code axis}, {@code pieces} and {@code stored_shape}.
 */
public final class ShardMetadata {

  /** How many entries {@code tensor_list} may have. */
  public static final int MAX_LISTED = 128;

  private ShardMetadata() {}

  /**
   * {@return the entry for a file}
   *
   * @param plan the plan that the files were made by
   * @param shard what the file holds
   * @param digests size and digests of the file
   */
  public static Map<String, Object> of(SplitPlan plan, Shard shard, FileDigests digests) {
    SplitPlan.RankPlan rank = shard.rank();
    Map<String, Object> metadata = new LinkedHashMap<>();
    metadata.put("format", plan.extension());
    metadata.put("architecture", plan.architecture());
    metadata.put("split_strategy", plan.strategy());
    metadata.put("tp_degree", plan.tpDegree());
    metadata.put("tp_rank", rank.tpRank());
    metadata.put("stage", rank.stage());
    metadata.put("stages", plan.stages());
    metadata.put("layer_range", layerRange(shard));
    metadata.put("label", shard.label());
    metadata.put("tensors", shard.parts().size());
    metadata.put("parameters", shard.parameters());
    metadata.put("bytes", digests.bytes());
    metadata.put("dtypes", dtypes(shard));
    metadata.put("sha256", digests.sha256());
    List<Map<String, Object>> listed =
        shard.parts().size() > MAX_LISTED
            ? grouped(shard.parts())
            : shard.parts().stream().map(PlanJson::part).toList();
    metadata.put("tensor_list", listed.subList(0, Math.min(MAX_LISTED, listed.size())));
    if (listed.size() > MAX_LISTED) {
      metadata.put("tensor_list_omitted", listed.size() - MAX_LISTED);
    }
    return metadata;
  }

  private static List<Integer> layerRange(Shard shard) {
    if (shard.label().startsWith("layer-")) {
      int layer = Integer.parseInt(shard.label().substring("layer-".length()));
      return List.of(layer, layer + 1);
    }
    return shard.label().equals(Shard.WHOLE)
        ? List.of(shard.rank().firstLayer(), shard.rank().endLayer())
        : List.of();
  }

  private static List<String> dtypes(Shard shard) {
    TreeSet<String> names = new TreeSet<>();
    shard.parts().forEach(part -> names.add(part.tensor().dtype().name()));
    return List.copyOf(names);
  }

  private static List<Map<String, Object>> grouped(List<TensorPart> parts) {
    Map<Map<String, Object>, Integer> counts = new LinkedHashMap<>();
    for (TensorPart part : parts) {
      Map<String, Object> pattern = new LinkedHashMap<>(PlanJson.part(part));
      for (String name : List.of("name", "stored_name")) {
        pattern.computeIfPresent(
            name, (key, value) -> ((String) value).replaceAll("(?<=\\.)\\d+(?=\\.)", "*"));
      }
      counts.merge(pattern, 1, Integer::sum);
    }
    List<Map<String, Object>> groups = new ArrayList<>();
    counts.forEach(
        (pattern, count) -> {
          Map<String, Object> group = new LinkedHashMap<>(pattern);
          group.put("count", count);
          groups.add(group);
        });
    return groups;
  }
}
