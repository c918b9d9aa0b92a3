package io.modelsplitter.checkpoint;

import io.modelsplitter.checkpoint.SplitPlan.RankPlan;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/** Cuts a model between its layers. */
final class PipelinePlanner {
  private final Checkpoint checkpoint;
  private final Map<String, Tensor> tensors;
  private final Architecture architecture;
  private final int layers;

  PipelinePlanner(Checkpoint checkpoint) {
    this.checkpoint = checkpoint;
    Set<String> stored = checkpoint.tensors().keySet();
    this.architecture =
        Architecture.of(stored)
            .orElseThrow(
                () ->
                    new BadInputException(
                        "no tensor is named like a layer of a known model (Llama, GPT-2, BERT): "
                            + (stored.isEmpty()
                                ? "there are none"
                                : "the first is " + Json.show(stored.iterator().next()))));
    this.tensors = SharedTensors.resolve(checkpoint, architecture);
    this.layers = countLayers();
  }

  SplitPlan plan(int worldSize) {
    if (worldSize < 1) {
      throw new BadInputException("world_size must be 1 or more, not " + worldSize);
    }
    if (worldSize > layers) {
      throw new BadInputException(
          "world_size %d is more than the %d layers of the model; ask for at most %d"
              .formatted(worldSize, layers, layers));
    }
    int[] ends = ends(layers, worldSize);
    List<List<Tensor>> pieces = new ArrayList<>();
    for (int rank = 0; rank < worldSize; rank++) {
      pieces.add(new ArrayList<>());
    }
    for (Tensor tensor : tensors.values()) {
      pieces.get(rankOf(tensor.name(), ends)).add(tensor);
    }
    List<RankPlan> ranks = new ArrayList<>();
    for (int rank = 0; rank < worldSize; rank++) {
      int first = rank == 0 ? 0 : ends[rank - 1];
      ranks.add(new RankPlan(rank, first, ends[rank], pieces.get(rank)));
    }
    return new SplitPlan(layers, ranks);
  }

  /** For each rank the layer after its last one; the middle ranks take what is left over. */
  static int[] ends(int layers, int worldSize) {
    int base = layers / worldSize;
    int more = layers % worldSize;
    int firstWithMore = (worldSize - more) / 2;
    int[] ends = new int[worldSize];
    int end = 0;
    for (int rank = 0; rank < worldSize; rank++) {
      boolean takesMore = rank >= firstWithMore && rank < firstWithMore + more;
      end += base + (takesMore ? 1 : 0);
      ends[rank] = end;
    }
    return ends;
  }

  private int rankOf(String name, int[] ends) {
    OptionalLong layer = architecture.layerOf(name);
    if (layer.isPresent()) {
      int rank = 0;
      while (layer.getAsLong() >= ends[rank]) {
        rank++;
      }
      return rank;
    }
    if (architecture.isFirst(name)) {
      return 0;
    }
    if (architecture.isLast(name)) {
      return ends.length - 1;
    }
    throw new BadInputException(
        "tensor %s belongs to no layer, nor before or after them, as far as %s models are known"
            .formatted(Json.show(name), architecture));
  }

  /** The layers must be numbered from 0 without a gap, and be as many as the configuration says. */
  private int countLayers() {
    Set<Long> numbers = new HashSet<>();
    long highest = -1;
    for (String name : tensors.keySet()) {
      OptionalLong layer = architecture.layerOf(name);
      if (layer.isPresent()) {
        numbers.add(layer.getAsLong());
        highest = Math.max(highest, layer.getAsLong());
      }
    }
    if (highest + 1 != numbers.size()) {
      throw new BadInputException(
          "the checkpoint has tensors of %d layers, but the highest is number %d: some are missing"
              .formatted(numbers.size(), highest));
    }
    Object configured =
        checkpoint.config().getOrDefault("num_hidden_layers", checkpoint.config().get("n_layer"));
    if (configured instanceof Number number && number.longValue() != numbers.size()) {
      throw new BadInputException(
          "config.json says %s layers, but the checkpoint has tensors of %d"
              .formatted(configured, numbers.size()));
    }
    return numbers.size();
  }
}
