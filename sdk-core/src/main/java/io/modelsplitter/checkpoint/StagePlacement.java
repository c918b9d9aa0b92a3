package io.modelsplitter.checkpoint;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Which stage of the pipeline a tensor goes to. */
final class StagePlacement {
  private final Architecture architecture;
  private final Map<String, Tensor> tensors;
  private final int layers;

  /**
   * @param tensors the stored tensor that each name stands for
   */
  StagePlacement(Architecture architecture, Map<String, Tensor> tensors, int layers) {
    this.architecture = architecture;
    this.tensors = tensors;
    this.layers = layers;
  }

  /** For each stage the layer after its last one. */
  int[] ends(SplitOptions options) {
    if (!options.layers().isEmpty()) {
      return StageEnds.explicit(layers, options.layers());
    }
    if (options.balance() == SplitOptions.Balance.LAYERS) {
      return StageEnds.even(layers, options.stages());
    }
    long[] bytes = new long[layers];
    long first = 0;
    long last = 0;
    for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
      OptionalLong layer = architecture.layerOf(entry.getKey());
      long size = entry.getValue().bytes();
      if (layer.isPresent()) {
        bytes[(int) layer.getAsLong()] += size;
      } else if (architecture.isFirst(entry.getKey())) {
        first += size;
      } else if (architecture.isLast(entry.getKey())) {
        last += size;
      }
    }
    return StageEnds.byBytes(bytes, first, last, options.stages());
  }

  /** What a stage needs. */
  List<TensorPart> stage(int stage, int[] ends) {
    List<TensorPart> parts = new ArrayList<>();
    tensors.forEach(
        (name, tensor) -> {
          boolean isEverywhere = architecture.isEverywhere(name);
          if (isEverywhere || stageOf(name, ends) == stage) {
            Share share =
                !name.equals(tensor.name())
                    ? Share.TIED
                    : isEverywhere && stage > 0 ? Share.EVERY_STAGE : Share.OWN;
            parts.add(new TensorPart(name, tensor, Optional.empty(), share));
          }
        });
    return parts;
  }

  private int stageOf(String name, int[] ends) {
    OptionalLong layer = architecture.layerOf(name);
    if (layer.isPresent()) {
      int stage = 0;
      while (layer.getAsLong() >= ends[stage]) {
        stage++;
      }
      return stage;
    }
    if (architecture.isFirst(name)) {
      return 0;
    }
    if (architecture.isLast(name)) {
      return ends.length - 1;
    }
    throw new BadInputException(
        ("tensor %s belongs to no layer, nor before or after them, as far as %s models are known;"
                + " name it in architecture_rules")
            .formatted(Json.show(name), architecture.name()));
  }
}
