package io.modelsplitter.checkpoint;

import io.modelsplitter.error.BadInputException;
import java.util.List;

/** Deals layers to the stages of a pipeline: for each stage the layer after its last one. */
final class StageEnds {

  private StageEnds() {}

  /** As many to each; the middle stages take what is left over. */
  static int[] even(int layers, int stages) {
    int base = layers / stages;
    int more = layers % stages;
    int firstWithMore = (stages - more) / 2;
    int[] ends = new int[stages];
    int end = 0;
    for (int stage = 0; stage < stages; stage++) {
      boolean takesMore = stage >= firstWithMore && stage < firstWithMore + more;
      end += base + (takesMore ? 1 : 0);
      ends[stage] = end;
    }
    return ends;
  }

  /** So many to each. */
  static int[] explicit(int layers, List<Integer> counts) {
    long sum = counts.stream().mapToLong(Integer::longValue).sum();
    if (sum != layers) {
      throw new BadInputException(
          "layers is for %d layers, but the model has %d".formatted(sum, layers));
    }
    int[] ends = new int[counts.size()];
    int end = 0;
    for (int stage = 0; stage < ends.length; stage++) {
      end += counts.get(stage);
      ends[stage] = end;
    }
    return ends;
  }

  /**
   * So that the largest stage is as small as can be.
   *
   * @param bytes of each layer
   * @param first what the first stage holds beside its layers
   * @param last what the last stage holds
   */
  static int[] byBytes(long[] bytes, long first, long last, int stages) {
    long[] weights = bytes.clone();
    weights[0] += first;
    weights[weights.length - 1] += last;
    long low = 0;
    long high = 0;
    for (long weight : weights) {
      low = Math.max(low, weight);
      high += weight;
    }
    while (low < high) {
      long middle = low + (high - low) / 2;
      if (needed(weights, middle) <= stages) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return fill(weights, low, stages);
  }

  /** How many stages there must be when none may have more bytes than this. */
  private static int needed(long[] weights, long most) {
    int stages = 1;
    long sum = 0;
    for (long weight : weights) {
      if (sum + weight > most) {
        stages++;
        sum = 0;
      }
      sum += weight;
    }
    return stages;
  }

  private static int[] fill(long[] weights, long most, int stages) {
    int[] ends = new int[stages];
    int stage = 0;
    long sum = 0;
    for (int layer = 0; layer < weights.length; layer++) {
      boolean isFull = sum + weights[layer] > most;
      boolean othersNeedTheRest = weights.length - layer <= stages - stage - 1;
      if (layer > 0 && stage < stages - 1 && (isFull || othersNeedTheRest)) {
        ends[stage] = layer;
        stage++;
        sum = 0;
      }
      sum += weights[layer];
    }
    ends[stages - 1] = weights.length;
    return ends;
  }
}
