package io.modelsplitter.checkpoint;

import io.modelsplitter.file.ByteSource;
import io.modelsplitter.json.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.NullUnmarked;

/**
 * Small models with the names and shapes of real ones.
 *
 * @param config {@code config.json}
 * @param shapes by name
 */
@NullUnmarked
record TestModels(Map<String, Object> config, Map<String, List<Long>> shapes) {

  /** The numbers that give the shapes. */
  record Size(int layers, int hidden, int heads, int kvHeads, int inner, int vocabulary) {
    int keys() {
      return kvHeads * head();
    }

    int head() {
      return hidden / heads;
    }
  }

  static final Size SMALL = new Size(3, 16, 4, 2, 24, 11);

  private static Map<String, Object> config(String type, String className, Size size) {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("architectures", List.of(className));
    config.put("model_type", type);
    config.put("hidden_size", size.hidden());
    config.put("num_hidden_layers", size.layers());
    config.put("num_attention_heads", size.heads());
    config.put("num_key_value_heads", size.kvHeads());
    return config;
  }

  private TestModels put(String name, long... shape) {
    shapes.put(name, Arrays.stream(shape).boxed().toList());
    return this;
  }

  /** Llama and Mistral. */
  static TestModels llama(Size s) {
    return llama("llama", "LlamaForCausalLM", s, (model, prefix) -> {});
  }

  /** Biases on query, key and value. */
  static TestModels qwen2(Size s) {
    return llama(
        "qwen2",
        "Qwen2ForCausalLM",
        s,
        (model, prefix) ->
            model
                .put(prefix + "self_attn.q_proj.bias", s.hidden())
                .put(prefix + "self_attn.k_proj.bias", s.keys())
                .put(prefix + "self_attn.v_proj.bias", s.keys()));
  }

  /** Norms of each head. */
  static TestModels qwen3(Size s) {
    return llama(
        "qwen3",
        "Qwen3ForCausalLM",
        s,
        (model, prefix) ->
            model
                .put(prefix + "self_attn.q_norm.weight", s.head())
                .put(prefix + "self_attn.k_norm.weight", s.head()));
  }

  private interface Extra {
    void add(TestModels model, String prefix);
  }

  private static TestModels llama(String type, String className, Size s, Extra extra) {
    TestModels model = new TestModels(config(type, className, s), new LinkedHashMap<>());
    model.put("model.embed_tokens.weight", s.vocabulary(), s.hidden());
    for (int layer = 0; layer < s.layers(); layer++) {
      String prefix = "model.layers." + layer + ".";
      model.attention(s, prefix);
      model.put(prefix + "mlp.gate_proj.weight", s.inner(), s.hidden());
      model.put(prefix + "mlp.up_proj.weight", s.inner(), s.hidden());
      model.put(prefix + "mlp.down_proj.weight", s.hidden(), s.inner());
      extra.add(model, prefix);
    }
    model.put("model.norm.weight", s.hidden());
    return model.put("lm_head.weight", s.vocabulary(), s.hidden());
  }

  private void attention(Size s, String prefix) {
    put(prefix + "input_layernorm.weight", s.hidden());
    put(prefix + "post_attention_layernorm.weight", s.hidden());
    put(prefix + "self_attn.q_proj.weight", s.hidden(), s.hidden());
    put(prefix + "self_attn.k_proj.weight", s.keys(), s.hidden());
    put(prefix + "self_attn.v_proj.weight", s.keys(), s.hidden());
    put(prefix + "self_attn.o_proj.weight", s.hidden(), s.hidden());
  }

  /** Experts and a router. */
  static TestModels mixtral(Size s, int experts) {
    TestModels model =
        new TestModels(config("mixtral", "MixtralForCausalLM", s), new LinkedHashMap<>());
    model.put("model.embed_tokens.weight", s.vocabulary(), s.hidden());
    for (int layer = 0; layer < s.layers(); layer++) {
      String prefix = "model.layers." + layer + ".";
      model.attention(s, prefix);
      model.put(prefix + "block_sparse_moe.gate.weight", experts, s.hidden());
      for (int expert = 0; expert < experts; expert++) {
        String name = prefix + "block_sparse_moe.experts." + expert + ".";
        model.put(name + "w1.weight", s.inner(), s.hidden());
        model.put(name + "w2.weight", s.hidden(), s.inner());
        model.put(name + "w3.weight", s.inner(), s.hidden());
      }
    }
    model.put("model.norm.weight", s.hidden());
    return model.put("lm_head.weight", s.vocabulary(), s.hidden());
  }

  /** Fused projections. */
  static TestModels phi3(Size s) {
    TestModels model = new TestModels(config("phi3", "Phi3ForCausalLM", s), new LinkedHashMap<>());
    model.put("model.embed_tokens.weight", s.vocabulary(), s.hidden());
    for (int layer = 0; layer < s.layers(); layer++) {
      String prefix = "model.layers." + layer + ".";
      model.put(prefix + "input_layernorm.weight", s.hidden());
      model.put(prefix + "post_attention_layernorm.weight", s.hidden());
      model.put(
          prefix + "self_attn.qkv_proj.weight",
          (long) (s.heads() + 2 * s.kvHeads()) * s.head(),
          s.hidden());
      model.put(prefix + "self_attn.o_proj.weight", s.hidden(), s.hidden());
      model.put(prefix + "mlp.gate_up_proj.weight", 2L * s.inner(), s.hidden());
      model.put(prefix + "mlp.down_proj.weight", s.hidden(), s.inner());
    }
    model.put("model.norm.weight", s.hidden());
    return model.put("lm_head.weight", s.vocabulary(), s.hidden());
  }

  /** Conv1D weights, which are [in, out], and no head of its own. */
  static TestModels gpt2(Size s) {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("architectures", List.of("GPT2LMHeadModel"));
    config.put("model_type", "gpt2");
    config.put("n_layer", s.layers());
    config.put("n_head", s.heads());
    config.put("n_embd", s.hidden());
    TestModels model = new TestModels(config, new LinkedHashMap<>());
    model.put("wte.weight", s.vocabulary(), s.hidden()).put("wpe.weight", 32, s.hidden());
    for (int layer = 0; layer < s.layers(); layer++) {
      String prefix = "h." + layer + ".";
      for (String norm : List.of("ln_1", "ln_2")) {
        model.put(prefix + norm + ".weight", s.hidden()).put(prefix + norm + ".bias", s.hidden());
      }
      model.conv(prefix + "attn.c_attn", s.hidden(), 3 * s.hidden());
      model.conv(prefix + "attn.c_proj", s.hidden(), s.hidden());
      model.conv(prefix + "mlp.c_fc", s.hidden(), s.inner());
      model.conv(prefix + "mlp.c_proj", s.inner(), s.hidden());
    }
    return model.put("ln_f.weight", s.hidden()).put("ln_f.bias", s.hidden());
  }

  private void conv(String name, int in, int out) {
    put(name + ".weight", in, out).put(name + ".bias", out);
  }

  /** An encoder with a masked-language head. */
  static TestModels bert(Size s) {
    TestModels model = new TestModels(config("bert", "BertForMaskedLM", s), new LinkedHashMap<>());
    model.config().remove("num_key_value_heads");
    model.put("bert.embeddings.word_embeddings.weight", s.vocabulary(), s.hidden());
    model.put("bert.embeddings.position_embeddings.weight", 32, s.hidden());
    model.put("bert.embeddings.LayerNorm.weight", s.hidden());
    for (int layer = 0; layer < s.layers(); layer++) {
      String prefix = "bert.encoder.layer." + layer + ".";
      for (String name : List.of("query", "key", "value")) {
        model.linear(prefix + "attention.self." + name, s.hidden(), s.hidden());
      }
      model.linear(prefix + "attention.output.dense", s.hidden(), s.hidden());
      model.put(prefix + "attention.output.LayerNorm.weight", s.hidden());
      model.linear(prefix + "intermediate.dense", s.inner(), s.hidden());
      model.linear(prefix + "output.dense", s.hidden(), s.inner());
      model.put(prefix + "output.LayerNorm.weight", s.hidden());
    }
    model.linear("cls.predictions.transform.dense", s.hidden(), s.hidden());
    return model.put("cls.predictions.bias", s.vocabulary());
  }

  private void linear(String name, int out, int in) {
    put(name + ".weight", out, in).put(name + ".bias", out);
  }

  /** The checkpoint as a value, without its bytes. */
  Checkpoint checkpoint() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    ByteSource source = ByteSource.of(Path.of("model.safetensors"));
    long offset = 0;
    for (Map.Entry<String, List<Long>> shape : shapes.entrySet()) {
      long bytes = 4 * elements(shape.getValue());
      tensors.put(
          shape.getKey(),
          new Tensor(shape.getKey(), DType.F32, shape.getValue(), source, offset, bytes));
      offset += bytes;
    }
    return new Checkpoint(tensors, Map.of(), config, List.of());
  }

  private static long elements(List<Long> shape) {
    return shape.stream().reduce(1L, Math::multiplyExact);
  }

  /** The length and the header of a file with these tensors, one after the other. */
  byte[] header() {
    Map<String, Object> header = new LinkedHashMap<>();
    long offset = 0;
    for (Map.Entry<String, List<Long>> shape : shapes.entrySet()) {
      long end = offset + 4 * elements(shape.getValue());
      Map<String, Object> tensor = new LinkedHashMap<>();
      tensor.put("dtype", "F32");
      tensor.put("shape", shape.getValue());
      tensor.put("data_offsets", List.of(offset, end));
      header.put(shape.getKey(), tensor);
      offset = end;
    }
    byte[] json = Json.write(header).getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + json.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(json.length)
        .put(json)
        .array();
  }

  long dataBytes() {
    return shapes.values().stream().mapToLong(shape -> 4 * elements(shape)).sum();
  }

  byte[] configJson() {
    return Json.write(config).getBytes(StandardCharsets.UTF_8);
  }

  /** Writes a folder with random weights. */
  Path write(Path folder, long seed) throws IOException {
    Files.createDirectories(folder);
    Files.write(folder.resolve("config.json"), configJson());
    byte[] header = header();
    ByteBuffer bytes =
        ByteBuffer.allocate(header.length + (int) dataBytes()).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(header);
    Random random = new Random(seed);
    while (bytes.hasRemaining()) {
      bytes.putFloat((float) random.nextGaussian() * 0.2f);
    }
    Files.write(folder.resolve("model.safetensors"), bytes.array());
    return folder;
  }
}
