package io.modelsplitter.checkpoint;

import io.modelsplitter.error.BadInputException;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/** Counts a model's layers. */
final class LayerCount {

  private LayerCount() {}

  /** The layers must be numbered from 0 without a gap, and be as many as the configuration says. */
  static int of(Set<String> names, Architecture architecture, Map<String, Object> config) {
    Set<Long> numbers = new HashSet<>();
    long highest = -1;
    for (String name : names) {
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
    Object configured = config.getOrDefault("num_hidden_layers", config.get("n_layer"));
    if (configured instanceof Number number && number.longValue() != numbers.size()) {
      throw new BadInputException(
          "config.json says %s layers, but the checkpoint has tensors of %d"
              .formatted(configured, numbers.size()));
    }
    return numbers.size();
  }
}
