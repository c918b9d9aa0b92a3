package io.modelsplitter.checkpoint;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Puts the tensors of a checkpoint together from those of its parts, entry by entry of the plan. Of
 * a tensor that a part has whole nothing more is kept than that. For one thread.
 */
final class PartTensors {
  private final Map<String, Tensor> wholes = new LinkedHashMap<>();
  private final Map<String, MergedTensor> cuts = new LinkedHashMap<>();

  /** Those of which no part was found yet, and who should have one. */
  private final Map<String, Integer> missing = new LinkedHashMap<>();

  /**
   * @param tensor what the part has; null where it is not there
   */
  void add(PlanReader.Entry entry, @Nullable Tensor tensor) {
    String name = entry.storedName();
    Tensor whole = wholes.get(name);
    if (tensor != null) {
      entry.check(tensor);
    }
    if (whole != null) {
      if (!whole.shape().equals(entry.storedShape())
          || !whole.dtype().name().equals(entry.dtype())) {
        throw new BadInputException(
            "the plan has the tensor %s as %s%s and as %s%s"
                .formatted(
                    Json.show(name),
                    whole.dtype().name(),
                    whole.shape(),
                    entry.dtype(),
                    entry.storedShape()));
      }
    } else if (entry.cut().isPresent()) {
      MergedTensor merged = cuts.computeIfAbsent(name, unused -> new MergedTensor(name, entry));
      if (tensor != null) {
        merged.add(entry, tensor);
      }
    } else if (tensor == null) {
      missing.putIfAbsent(name, entry.rank());
    } else {
      wholes.put(name, named(name, tensor));
      cuts.remove(name);
      missing.remove(name);
    }
  }

  private static Tensor named(String name, Tensor tensor) {
    return tensor.name().equals(name)
        ? tensor
        : new Tensor(
            name, tensor.dtype(), tensor.shape(), tensor.source(), tensor.offset(), tensor.bytes());
  }

  /** All tensors by name; nothing is to be added afterwards. */
  Map<String, Tensor> tensors() {
    cuts.forEach((name, tensor) -> wholes.put(name, tensor.tensor()));
    missing.keySet().removeAll(cuts.keySet());
    for (Map.Entry<String, Integer> one : missing.entrySet()) {
      throw MergedTensor.missing(one.getKey(), one.getValue());
    }
    return wholes;
  }
}
