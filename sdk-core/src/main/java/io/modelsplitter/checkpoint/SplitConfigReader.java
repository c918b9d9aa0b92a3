package io.modelsplitter.checkpoint;

import io.modelsplitter.checkpoint.SplitOptions.Balance;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads {@link SplitOptions} from a job's {@code model_split_config}. */
final class SplitConfigReader {
  private final int worldSize;
  private final Map<String, Object> config;

  SplitConfigReader(int worldSize, Map<String, Object> config) {
    this.worldSize = worldSize;
    this.config = config;
  }

  SplitOptions read() {
    return new SplitOptions(
        worldSize,
        tpDegree(),
        balance(),
        layers(),
        object("architecture_rules"),
        object("model_config"));
  }

  private int tpDegree() {
    Object strategy = config.getOrDefault("split_strategy", SplitPlan.PIPELINE);
    boolean isTensor = SplitPlan.TENSOR.equals(strategy);
    if (!isTensor && !SplitPlan.PIPELINE.equals(strategy)) {
      throw new BadInputException(
          "split_strategy %s is not known; use \"%s\" or \"%s\", or either with a tp_degree for both"
              .formatted(Json.show(strategy), SplitPlan.PIPELINE, SplitPlan.TENSOR));
    }
    Object degree = config.getOrDefault("tp_degree", isTensor ? worldSize : 1);
    if (degree instanceof Integer number) {
      return number;
    }
    throw new BadInputException("tp_degree must be an integer, not " + Json.show(degree));
  }

  private Balance balance() {
    Object balance = config.getOrDefault("balance", "layers");
    return switch (String.valueOf(balance)) {
      case "layers" -> Balance.LAYERS;
      case "bytes" -> Balance.BYTES;
      default ->
          throw new BadInputException(
              "balance must be \"layers\" or \"bytes\", not " + Json.show(balance));
    };
  }

  private List<Integer> layers() {
    Object value = config.getOrDefault("layers", List.of());
    if (!(value instanceof List<?> list)) {
      throw wrongLayers(value);
    }
    List<Integer> counts = new ArrayList<>();
    int next = 0;
    for (Object element : list) {
      int count = element instanceof List<?> numbers ? count(numbers, next) : number(element);
      counts.add(count);
      next += count;
    }
    return counts;
  }

  /** A pipeline's layers go in order, so which they are says no more than how many. */
  private static int count(List<?> numbers, int next) {
    for (int i = 0; i < numbers.size(); i++) {
      if (!Integer.valueOf(next + i).equals(numbers.get(i))) {
        throw new BadInputException(
            "layers must list every layer once, from 0 and in order: where %d belongs it has %s"
                .formatted(next + i, Json.show(numbers.get(i))));
      }
    }
    return numbers.size();
  }

  private static int number(@Nullable Object element) {
    if (element instanceof Integer number) {
      return number;
    }
    throw wrongLayers(element);
  }

  private static BadInputException wrongLayers(@Nullable Object value) {
    return new BadInputException(
        "layers must be a list such as [5, 6, 6, 5] or [[0, 1], [2, 3]], not " + Json.show(value));
  }

  @SuppressWarnings("unchecked") // JSON has no other keys
  private Map<String, Object> object(String key) {
    Object value = config.getOrDefault(key, Map.of());
    if (value instanceof Map<?, ?> map) {
      return (Map<String, Object>) map;
    }
    throw new BadInputException(key + " must be an object, not " + Json.show(value));
  }
}
