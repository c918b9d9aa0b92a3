package io.modelsplitter.checkpoint;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How a family of models names its tensors and where tensor parallelism cuts them. {@link
 * ArchitectureReader} reads it from JSON; those that are built in lie beside this class.
 *
 * @param name for messages and plans
 * @param prefix what may stand before the names of the base model; may be empty
 * @param layerBefore what stands before a layer's number
 * @param layerAfter what stands after it
 * @param first what is needed before the first layer
 * @param last what is needed after the last layer
 * @param everyStage what every stage needs
 * @param embedding what the token embedding is called, without prefix
 * @param head what the output projection is called; empty for a family that has none
 * @param headIf a checkpoint without a head that has such a name has a tied one
 * @param heads keys of the configuration that say how many query heads there are
 * @param kvHeads keys that say how many key and value heads; as many as query heads where none is
 * @param rules for tensor parallelism, the first that matches counts
 */
record Architecture(
    String name,
    String prefix,
    String layerBefore,
    String layerAfter,
    List<NamePattern> first,
    List<NamePattern> last,
    List<NamePattern> everyStage,
    String embedding,
    String head,
    List<NamePattern> headIf,
    List<String> heads,
    List<String> kvHeads,
    List<TensorRule> rules) {

  private static final int MAX_DIGITS = 9;

  /** Of these the first in which some of the names belong to a layer. */
  static Optional<Architecture> of(List<Architecture> known, Iterable<String> names) {
    for (String name : names) {
      Optional<Architecture> found =
          known.stream().filter(it -> it.layerOf(name).isPresent()).findFirst();
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  /** The layer that a tensor belongs to; empty for one outside the layers. */
  OptionalLong layerOf(String name) {
    String bare = bare(name);
    if (!bare.startsWith(layerBefore)) {
      return OptionalLong.empty();
    }
    int from = layerBefore.length();
    int to = from;
    while (to < bare.length() && bare.charAt(to) >= '0' && bare.charAt(to) <= '9') {
      to++;
    }
    boolean isCanonical = to - from == 1 || (to > from && bare.charAt(from) != '0'); // 00 is not 0
    boolean isLayer =
        isCanonical
            && to - from <= MAX_DIGITS
            && bare.startsWith(layerAfter, to)
            && bare.length() > to + layerAfter.length();
    return isLayer
        ? OptionalLong.of(Long.parseLong(bare.substring(from, to)))
        : OptionalLong.empty();
  }

  private String bare(String name) {
    return name.startsWith(prefix) ? name.substring(prefix.length()) : name;
  }

  /** Whether a tensor is needed before the first layer. */
  boolean isFirst(String name) {
    return matches(first, bare(name));
  }

  /** Whether a tensor is needed after the last layer. */
  boolean isLast(String name) {
    return matches(last, bare(name));
  }

  /** Whether every stage needs a tensor. */
  boolean isEverywhere(String name) {
    return matches(everyStage, bare(name));
  }

  /** Whether a tensor could be called so: it has a place in the model. */
  boolean hasPlaceFor(String name) {
    return layerOf(name).isPresent() || isFirst(name) || isLast(name) || isEverywhere(name);
  }

  private static boolean matches(List<NamePattern> patterns, String name) {
    return patterns.stream().anyMatch(pattern -> pattern.matches(name));
  }

  /** What the token embedding is called in a checkpoint with these names. */
  String embeddingName(Iterable<String> names) {
    for (String name : names) {
      if (layerOf(name).isPresent()) {
        return (name.startsWith(prefix) ? prefix : "") + embedding;
      }
    }
    return embedding;
  }

  /**
   * Whether a checkpoint without a head would have one if it were not tied: a bare {@code
   * LlamaModel} or {@code BertModel} has none at all.
   *
   * @param modelClasses {@code architectures} of the configuration
   */
  boolean needsHead(Iterable<String> names, List<String> modelClasses) {
    if (head.isEmpty()) {
      return false;
    }
    if (!modelClasses.isEmpty()) {
      return modelClasses.stream()
          .anyMatch(name -> name.matches(".*(ForCausalLM|LMHeadModel|ForMaskedLM|ForPreTraining)"));
    }
    for (String name : names) {
      if (matches(headIf, name)) {
        return true;
      }
    }
    return false;
  }
}
