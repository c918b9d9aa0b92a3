package io.modelsplitter.checkpoint;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How a family of models names its tensors, as Hugging Face's libraries write them. */
enum Architecture {
  /** Llama, Mistral, Qwen, Mixtral and those named like them. */
  LLAMA(
      "((?:model\\.)?)layers\\.(\\d+)\\..+",
      "(?:model\\.)?embed_tokens\\..+",
      "(?:model\\.)?norm\\..+|(?:lm_head|score)\\..+",
      "embed_tokens.weight",
      "lm_head.weight"),

  /** GPT-2. */
  GPT2(
      "((?:transformer\\.)?)h\\.(\\d+)\\..+",
      "(?:transformer\\.)?w[tp]e\\..+",
      "(?:transformer\\.)?ln_f\\..+|(?:lm_head|score)\\..+",
      "wte.weight",
      "lm_head.weight"),

  /** BERT and those named like it. */
  BERT(
      "((?:bert\\.)?)encoder\\.layer\\.(\\d+)\\..+",
      "(?:bert\\.)?embeddings\\..+",
      "(?:bert\\.)?pooler\\..+|(?:cls|classifier|qa_outputs)\\..+",
      "embeddings.word_embeddings.weight",
      "cls.predictions.decoder.weight");

  private final Pattern layer;
  private final Pattern first;
  private final Pattern last;
  private final String embedding;
  private final String head;

  Architecture(String layer, String first, String last, String embedding, String head) {
    this.layer = Pattern.compile(layer);
    this.first = Pattern.compile(first);
    this.last = Pattern.compile(last);
    this.embedding = embedding;
    this.head = head;
  }

  /** The architecture in which some of the names belong to a layer. */
  static Optional<Architecture> of(Iterable<String> names) {
    for (String name : names) {
      Optional<Architecture> found =
          Arrays.stream(values()).filter(it -> it.layer.matcher(name).matches()).findFirst();
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  /** The layer that a tensor belongs to; empty for one outside the layers. */
  OptionalLong layerOf(String name) {
    Matcher matcher = layer.matcher(name);
    if (!matcher.matches() || matcher.group(2).length() > 9) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(Long.parseLong(matcher.group(2)));
  }

  /** Whether a tensor is needed before the first layer. */
  boolean isFirst(String name) {
    return first.matcher(name).matches();
  }

  /** Whether a tensor is needed after the last layer. */
  boolean isLast(String name) {
    return last.matcher(name).matches();
  }

  /** What the token embedding is called in a checkpoint with these names. */
  String embeddingName(Iterable<String> names) {
    return prefix(names) + embedding;
  }

  /** What the output projection is called. */
  String headName() {
    return head;
  }

  /**
   * Whether a checkpoint without a head would have one if it were not tied: a bare {@code
   * LlamaModel} or {@code BertModel} has none at all.
   */
  boolean needsHead(Iterable<String> names, List<String> modelClasses) {
    if (!modelClasses.isEmpty()) {
      return modelClasses.stream()
          .anyMatch(name -> name.matches(".*(ForCausalLM|LMHeadModel|ForMaskedLM|ForPreTraining)"));
    }
    return switch (this) {
      case LLAMA -> !prefix(names).isEmpty();
      case GPT2 -> true; // its published checkpoints have no prefix and are tied
      case BERT -> {
        for (String name : names) {
          if (name.startsWith("cls.predictions.")) {
            yield true;
          }
        }
        yield false;
      }
    };
  }

  private String prefix(Iterable<String> names) {
    for (String name : names) {
      Matcher matcher = layer.matcher(name);
      if (matcher.matches()) {
        return matcher.group(1);
      }
    }
    return "";
  }
}
