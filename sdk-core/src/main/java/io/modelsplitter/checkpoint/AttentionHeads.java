package io.modelsplitter.checkpoint;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * How many attention heads a model has, and whether so many ranks can share them: heads are not
 * cut. Of fewer key and value heads than ranks, several ranks hold the same.
 */
final class AttentionHeads {
  private final Architecture architecture;
  private final Map<String, Object> config;
  private final int degree;

  /** 0 until the first tensor tells. */
  private long headSize;

  AttentionHeads(Architecture architecture, Map<String, Object> config, int degree) {
    this.architecture = architecture;
    this.config = config;
    this.degree = degree;
  }

  /** Query heads. */
  long query() {
    long heads =
        number(architecture.heads())
            .orElseThrow(
                () ->
                    new BadInputException(
                        ("tensor parallelism must know how many attention heads the model has: give"
                                + " config.json, or one of %s in model_config, and one of %s where there"
                                + " are fewer for keys and values")
                            .formatted(architecture.heads(), architecture.kvHeads())));
    if (heads % degree != 0) {
      throw new BadInputException(
          "the %d attention heads cannot be shared by tp_degree %d; use a divisor of %d"
              .formatted(heads, degree, heads));
    }
    return heads;
  }

  /** Key heads, which are as many as value heads. */
  long keyValue() {
    long heads = number(architecture.kvHeads()).orElseGet(this::query);
    if (heads % degree != 0 && degree % heads != 0) {
      throw new BadInputException(
          "the %d key and value heads cannot be shared by tp_degree %d; use a divisor or a multiple of %d"
              .formatted(heads, degree, heads));
    }
    return heads;
  }

  /** Into how many different parts the key and value heads are cut. */
  long keyValueParts() {
    return Math.min(keyValue(), degree);
  }

  /**
   * Refuses a tensor whose heads are not as long as those of the others: then the model has another
   * number of them than was said, and the cut would go through the middle of one.
   *
   * @param size the tensor's length along an axis
   * @param count how many heads should lie along it
   */
  void checkSize(TensorPart tensor, int axis, long size, long count) {
    if (tensor.tensor().bytes() == 0) {
      return; // nothing is computed with it
    }
    long head = size / count;
    if (headSize == 0) {
      headSize = number(List.of("head_dim")).orElse(head);
    }
    if (head != headSize) {
      throw new BadInputException(
          ("tensor %s has %d along axis %d, which for %d heads is %d a head, and not %d as elsewhere;"
                  + " check %s and %s, in config.json or model_config")
              .formatted(
                  Json.show(tensor.name()),
                  size,
                  axis,
                  count,
                  head,
                  headSize,
                  architecture.heads(),
                  architecture.kvHeads()));
    }
  }

  /** Refuses a norm over more than a head: a rank has a few heads only, and cannot compute it. */
  void checkLength(TensorPart norm) {
    OptionalLong head = number(List.of("head_dim"));
    OptionalLong hidden = number(List.of("hidden_size"));
    OptionalLong heads = number(architecture.heads());
    long expected =
        head.isPresent() || hidden.isEmpty() || heads.isEmpty()
            ? head.orElse(norm.elements())
            : hidden.getAsLong() / heads.getAsLong();
    if (norm.elements() != expected) {
      throw new BadInputException(
          ("tensor %s has %d numbers, not the %d of a head: what it normalises lies on several"
                  + " ranks; use pipeline_parallel")
              .formatted(Json.show(norm.name()), norm.elements(), expected));
    }
  }

  private OptionalLong number(List<String> keys) {
    for (String key : keys) {
      Object value = config.get(key);
      if (value instanceof Integer number && number > 0) {
        return OptionalLong.of(number);
      }
      if (value != null) {
        throw new BadInputException(
            "%s is %s, and tensor parallelism needs one number; use pipeline_parallel"
                .formatted(key, Json.show(value)));
      }
    }
    return OptionalLong.empty();
  }
}
