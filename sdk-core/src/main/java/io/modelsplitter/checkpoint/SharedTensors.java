package io.modelsplitter.checkpoint;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Gives every name its tensor where a checkpoint stores one tensor for two names.
 *
 * <p>Some writers leave the other name in {@code __metadata__} as {@code {"dropped": "kept"}},
 * beside whatever else is noted there: only a pair of tensor names counts, of which the second is
 * stored and the first is not. Others leave it out and say {@code tie_word_embeddings} in the
 * configuration. Either of embedding and head may be the one that is stored, so a split that goes
 * by the stored names alone leaves a rank without its tensor.
 */
final class SharedTensors {

  private SharedTensors() {}

  /** The stored tensor that each name stands for. */
  static Map<String, Tensor> resolve(
      Checkpoint checkpoint, Map<String, Object> config, Architecture architecture) {
    Map<String, Tensor> stored = checkpoint.tensors();
    Map<String, Tensor> all = new LinkedHashMap<>(stored);
    checkpoint
        .aliases()
        .forEach(
            (name, kept) -> {
              Tensor tensor = stored.get(kept);
              if (tensor != null && architecture.hasPlaceFor(name)) {
                all.putIfAbsent(name, tensor);
              }
            });
    tie(config, architecture, all);
    checkSize(stored, all);
    return all;
  }

  private static void tie(
      Map<String, Object> config, Architecture architecture, Map<String, Tensor> all) {
    String embedding = architecture.embeddingName(all.keySet());
    String head = architecture.head();
    if (head.isEmpty() || architecture.embedding().isEmpty()) {
      return;
    }
    Tensor embeddingTensor = all.get(embedding);
    Tensor headTensor = all.get(head);
    boolean untied = Boolean.FALSE.equals(config.get("tie_word_embeddings"));
    if (embeddingTensor == null && headTensor != null) {
      if (untied) {
        throw new BadInputException(
            "the checkpoint has %s but not %s, and config.json says that they are not tied"
                .formatted(Json.show(head), Json.show(embedding)));
      }
      all.put(embedding, headTensor);
    } else if (embeddingTensor != null
        && headTensor == null
        && !untied
        && architecture.needsHead(all.keySet(), modelClasses(config))) {
      all.put(head, embeddingTensor);
    }
  }

  private static List<String> modelClasses(Map<String, Object> config) {
    return config.get("architectures") instanceof List<?> list
        ? list.stream().filter(String.class::isInstance).map(String.class::cast).toList()
        : List.of();
  }

  /** Aliases come from outside: many names for one large tensor would fill the disk. */
  private static void checkSize(Map<String, Tensor> stored, Map<String, Tensor> all) {
    long storedBytes = stored.values().stream().mapToLong(Tensor::bytes).sum();
    long bytes = 0;
    for (Tensor tensor : all.values()) {
      bytes = Math.addExact(bytes, tensor.bytes());
      if (bytes / 2 > storedBytes) {
        throw new BadInputException(
            "the aliases in __metadata__ would make the checkpoint more than twice as large");
      }
    }
  }
}
