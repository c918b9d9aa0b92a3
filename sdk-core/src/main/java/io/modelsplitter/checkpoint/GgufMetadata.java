package io.modelsplitter.checkpoint;

import io.modelsplitter.file.ByteSource;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The key-values of a GGUF file. Their values stay in the file, and go from there into others.
 *
 * <p>A part keeps what its tensors mean, and nothing that two models with equal tensors may differ
 * in: {@code general.architecture}, {@code general.alignment} and {@code
 * general.quantization_version}. All others, such as {@code llama.context_length} and {@code
 * tokenizer.*}, are in one file of their own, {@value #FILE}; only {@code split.*}, which is true
 * of neither, is left out.
 */
final class GgufMetadata {
  /** What the file with the key-values of a model is called. */
  static final String FILE = "metadata.gguf";

  private static final String ARCHITECTURE = "general.architecture";

  private static final Set<String> GENERAL =
      Set.of(ARCHITECTURE, "general.alignment", "general.quantization_version");

  private static final Comparator<KeyValue> ORDER =
      Comparator.<KeyValue, Boolean>comparing(it -> !it.key().equals(ARCHITECTURE))
          .thenComparing(it -> it.key().getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);

  private final int alignment;
  private final List<KeyValue> keyValues;

  /**
   * A key-value.
   *
   * @param source the file that has it
   * @param from where its key begins
   * @param to where its value ends
   * @param value a number, a boolean, a short text or a short list of numbers; null for others
   */
  record KeyValue(String key, ByteSource source, long from, long to, @Nullable Object value) {}

  GgufMetadata(int alignment, List<KeyValue> keyValues) {
    this.alignment = alignment;
    this.keyValues = List.copyOf(keyValues);
  }

  /** To a multiple of what the data of each tensor is placed. */
  int alignment() {
    return alignment;
  }

  int size() {
    return keyValues.size();
  }

  @Nullable Object value(String key) {
    for (KeyValue keyValue : keyValues) {
      if (keyValue.key().equals(key)) {
        return keyValue.value();
      }
    }
    return null;
  }

  /** What a part keeps, in the order in which it is written. */
  List<KeyValue> ofPart() {
    return keyValues.stream().filter(it -> GENERAL.contains(it.key())).sorted(ORDER).toList();
  }

  /** What the model has, in the order of its file. */
  List<KeyValue> ofModel() {
    return keyValues.stream().filter(it -> !it.key().startsWith("split.")).toList();
  }

  /** What planning must know, by the names of {@code config.json}. */
  Map<String, Object> config() {
    Map<String, Object> config = new LinkedHashMap<>();
    Object architecture = value(ARCHITECTURE);
    put(config, "model_type", architecture);
    put(config, "num_hidden_layers", value(architecture + ".block_count"));
    put(config, "hidden_size", value(architecture + ".embedding_length"));
    put(config, "head_dim", value(architecture + ".attention.key_length"));
    put(config, "num_attention_heads", value(architecture + ".attention.head_count"));
    put(config, "num_key_value_heads", value(architecture + ".attention.head_count_kv"));
    return config;
  }

  /** Where each layer has a number of its own and all are the same, it is taken for one. */
  private static void put(Map<String, Object> config, String key, @Nullable Object value) {
    Object single =
        value instanceof List<?> list && list.stream().distinct().count() == 1
            ? list.get(0)
            : value;
    if (single != null) {
      config.put(key, single);
    }
  }
}
