package io.modelsplitter.examples;

import io.modelsplitter.checkpoint.SplitPlan.RankPlan;
import io.modelsplitter.file.FileDigests;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/**
 * The file of one rank, on its way from one phase to the next.
 *
 * @param rank its place in the pipeline
 * @param file where it is; nothing is there when it was only hashed, since it is stored already
 * @param digests its size and digests
 * @param metadata what the registry is told about it
 */
record RankFile(int rank, Path file, FileDigests digests, Map<String, Object> metadata) {

  static RankFile of(RankPlan plan, Path file, FileDigests digests) {
    Map<String, Object> metadata = new LinkedHashMap<>();
    metadata.put("format", "safetensors");
    metadata.put("split_strategy", "pipeline_parallel");
    metadata.put("layer_range", List.of(plan.firstLayer(), plan.endLayer()));
    metadata.put("tensors", plan.parts().size());
    metadata.put("parameters", plan.parameters());
    metadata.put("bytes", digests.bytes());
    metadata.put("dtypes", dtypes(plan));
    metadata.put("sha256", digests.sha256());
    return new RankFile(plan.rank(), file, digests, metadata);
  }

  private static List<String> dtypes(RankPlan plan) {
    TreeSet<String> names = new TreeSet<>();
    plan.parts().forEach(part -> names.add(part.tensor().dtype().name()));
    return List.copyOf(names);
  }

  /** The name under which it is stored: its hash, so that the same file is stored once. */
  String storedName() {
    return digests.md5() + ".safetensors";
  }

  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("rank", rank);
    map.put("file", file.toString());
    map.put("bytes", digests.bytes());
    map.put("md5", digests.md5());
    map.put("sha256", digests.sha256());
    map.put("metadata", metadata);
    return map;
  }

  @SuppressWarnings("unchecked") // toMap made it
  static RankFile fromMap(Map<String, Object> map) {
    return new RankFile(
        (Integer) Objects.requireNonNull(map.get("rank")),
        Path.of((String) Objects.requireNonNull(map.get("file"))),
        new FileDigests(
            ((Number) Objects.requireNonNull(map.get("bytes"))).longValue(),
            (String) Objects.requireNonNull(map.get("md5")),
            (String) Objects.requireNonNull(map.get("sha256"))),
        (Map<String, Object>) Objects.requireNonNull(map.get("metadata")));
  }
}
