package io.modelsplitter.checkpoint;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Which stage of the pipeline a tensor goes to. */
final class StagePlacement {
  private static final int EVERY_STAGE = -2;
  private static final int BEFORE = -1;

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

  /** What a stage needs, place by place. */
  List<Section> stage(int stage, int[] ends) {
    TreeMap<Integer, List<TensorPart>> places = new TreeMap<>();
    tensors.forEach(
        (name, tensor) -> {
          int place = placeOf(name);
          if (place == EVERY_STAGE || stageOf(place, ends) == stage) {
            Share share =
                !name.equals(tensor.name())
                    ? Share.TIED
                    : place == EVERY_STAGE && stage > 0 ? Share.EVERY_STAGE : Share.OWN;
            places
                .computeIfAbsent(place, unused -> new ArrayList<>())
                .add(new TensorPart(name, tensor, Optional.empty(), share));
          }
        });
    return places.entrySet().stream()
        .map(entry -> new Section(label(entry.getKey()), entry.getValue()))
        .toList();
  }

  /** Whether every stage needs a tensor. */
  boolean isEverywhere(String name) {
    return placeOf(name) == EVERY_STAGE;
  }

  private String label(int place) {
    return place == EVERY_STAGE
        ? "every-stage"
        : place == BEFORE ? "before" : place == layers ? "after" : "layer-" + place;
  }

  private static int stageOf(int place, int[] ends) {
    int stage = 0;
    while (stage < ends.length - 1 && place >= ends[stage]) {
      stage++;
    }
    return stage;
  }

  /** The number of its layer; that of all layers for what comes after them. */
  private int placeOf(String name) {
    OptionalLong layer = architecture.layerOf(name);
    if (layer.isPresent()) {
      return (int) layer.getAsLong();
    }
    if (architecture.isEverywhere(name)) {
      return EVERY_STAGE;
    }
    if (architecture.isFirst(name)) {
      return BEFORE;
    }
    if (architecture.isLast(name)) {
      return layers;
    }
    throw new BadInputException(
        ("tensor %s belongs to no layer, nor before or after them, as far as %s models are known;"
                + " name it in architecture_rules")
            .formatted(Json.show(name), architecture.name()));
  }
}
