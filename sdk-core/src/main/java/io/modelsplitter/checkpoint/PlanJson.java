package io.modelsplitter.checkpoint;

import io.modelsplitter.checkpoint.SplitPlan.RankPlan;
import io.modelsplitter.json.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A plan as JSON: everything that merging its parts needs, and nothing of this machine. */
final class PlanJson {

  private PlanJson() {}

  /** Rank by rank and tensor by tensor, since a plan can have a hundred thousand. */
  static void write(SplitPlan plan, OutputStream out) throws IOException {
    Map<String, Object> head = new LinkedHashMap<>();
    head.put("format", plan.extension());
    head.put("architecture", plan.architecture());
    head.put("split_strategy", plan.strategy());
    head.put("world_size", plan.ranks().size());
    head.put("tp_degree", plan.tpDegree());
    head.put("stages", plan.stages());
    head.put("layers", plan.layers());
    open(head, "ranks", out);
    String separator = "";
    for (RankPlan rank : plan.ranks()) {
      text(separator, out);
      open(rank(rank), "tensors", out);
      separator = "";
      for (TensorPart part : rank.parts()) {
        text(separator, out);
        Json.write(part(part), out);
        separator = ",";
      }
      text("]}", out);
      separator = ",";
    }
    text("]}", out);
  }

  /** An object whose last field is a list, up to the list's first element. */
  private static void open(Map<String, Object> head, String list, OutputStream out)
      throws IOException {
    String text = Json.write(head);
    text(text.substring(0, text.length() - 1) + ",\"" + list + "\":[", out);
  }

  private static void text(String text, OutputStream out) throws IOException {
    out.write(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static Map<String, Object> rank(RankPlan rank) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("rank", rank.rank());
    map.put("stage", rank.stage());
    map.put("tp_rank", rank.tpRank());
    map.put("layer_range", List.of(rank.firstLayer(), rank.endLayer()));
    map.put("parameters", rank.parameters());
    map.put("bytes", rank.bytes());
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
