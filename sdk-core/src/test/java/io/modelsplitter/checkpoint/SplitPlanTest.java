package io.modelsplitter.checkpoint;

import static io.modelsplitter.Refusals.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.file.ByteSource;
import io.modelsplitter.json.Json;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SplitPlanTest {
  private static final ByteSource FILE = ByteSource.of(Path.of("model.safetensors"));

  private static Checkpoint checkpoint(
      Map<String, String> aliases, String config, String... names) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    long offset = 0;
    for (String name : names) {
      tensors.put(name, new Tensor(name, DType.F32, List.of(1L), FILE, offset, 4));
      offset += 4;
    }
    return new Checkpoint(tensors, aliases, Json.parseObject("config", config), List.of());
  }

  /** The names that each rank holds, and which stored tensor each comes from where it differs. */
  private static List<String> ranks(Checkpoint checkpoint, int worldSize) {
    return SplitPlan.pipeline(checkpoint, worldSize).ranks().stream()
        .map(rank -> String.join(" ", new TreeSet<>(names(rank))))
        .toList();
  }

  private static List<String> names(SplitPlan.RankPlan rank) {
    return rank.parts().stream().map(it -> it.name() + "@" + it.tensor().offset()).toList();
  }

  @Test
  void pipeline_llama_embeddingFirstNormAndHeadLast() {
    Checkpoint llama =
        checkpoint(
            Map.of(),
            "{\"num_hidden_layers\": 2, \"tie_word_embeddings\": false}",
            "lm_head.weight",
            "model.embed_tokens.weight",
            "model.layers.0.mlp.up_proj.weight",
            "model.layers.1.mlp.up_proj.weight",
            "model.norm.weight");
    assertEquals(
        List.of(
            "model.embed_tokens.weight@4 model.layers.0.mlp.up_proj.weight@8",
            "lm_head.weight@0 model.layers.1.mlp.up_proj.weight@12 model.norm.weight@16"),
        ranks(llama, 2));
    assertEquals(1, ranks(llama, 1).size());
  }

  @Test
  void pipeline_headStoredForTheEmbedding_eachEndGetsItsName() {
    Checkpoint story =
        checkpoint(
            Map.of("format", "pt", "model.embed_tokens.weight", "lm_head.weight"),
            "{}",
            "lm_head.weight",
            "model.layers.0.x",
            "model.layers.1.x");
    assertEquals(
        List.of(
            "model.embed_tokens.weight@0 model.layers.0.x@4",
            "lm_head.weight@0 model.layers.1.x@8"),
        ranks(story, 2));
  }

  @Test
  void pipeline_tiedByConfiguration_copiesTheEmbeddingToTheLastRank() {
    for (String config : List.of("{}", "{\"tie_word_embeddings\": true}")) {
      Checkpoint tied =
          checkpoint(
              Map.of(),
              config,
              "model.embed_tokens.weight",
              "model.layers.0.x",
              "model.layers.1.x");
      assertEquals(
          List.of(
              "model.embed_tokens.weight@0 model.layers.0.x@4",
              "lm_head.weight@0 model.layers.1.x@8"),
          ranks(tied, 2));
    }
  }

  @Test
  void pipeline_headOnlyAndNoAlias_isTied() {
    Checkpoint headOnly =
        checkpoint(Map.of(), "{}", "lm_head.weight", "model.layers.0.x", "model.layers.1.x");
    assertEquals("model.embed_tokens.weight@0 model.layers.0.x@4", ranks(headOnly, 2).get(0));
    Checkpoint untied =
        checkpoint(
            Map.of(), "{\"tie_word_embeddings\": false}", "lm_head.weight", "model.layers.0.x");
    assertThrows(BadInputException.class, () -> SplitPlan.pipeline(untied, 1));
  }

  @Test
  void pipeline_modelWithoutAHead_getsNone() {
    Checkpoint untied =
        checkpoint(
            Map.of(),
            "{\"tie_word_embeddings\": false}",
            "model.embed_tokens.weight",
            "model.layers.0.x");
    assertEquals(List.of("model.embed_tokens.weight@0 model.layers.0.x@4"), ranks(untied, 1));
    Checkpoint base =
        checkpoint(
            Map.of(),
            "{\"architectures\": [\"LlamaModel\"]}",
            "embed_tokens.weight",
            "layers.0.x",
            "norm.weight");
    assertEquals(List.of("embed_tokens.weight@0 layers.0.x@4 norm.weight@8"), ranks(base, 1));
    Checkpoint bareBase = checkpoint(Map.of(), "{}", "embed_tokens.weight", "layers.0.x");
    assertEquals(List.of("embed_tokens.weight@0 layers.0.x@4"), ranks(bareBase, 1));
  }

  @Test
  void pipeline_gpt2_withAndWithoutPrefix() {
    Checkpoint bare =
        checkpoint(Map.of(), "{}", "wte.weight", "wpe.weight", "h.0.x", "h.1.x", "ln_f.bias");
    assertEquals(
        List.of("h.0.x@8 wpe.weight@4 wte.weight@0", "h.1.x@12 lm_head.weight@0 ln_f.bias@16"),
        ranks(bare, 2));
    Checkpoint prefixed =
        checkpoint(
            Map.of(), "{}", "transformer.wte.weight", "transformer.h.0.x", "transformer.h.1.x");
    assertEquals(
        List.of(
            "transformer.h.0.x@4 transformer.wte.weight@0", "lm_head.weight@0 transformer.h.1.x@8"),
        ranks(prefixed, 2));
  }

  @Test
  void pipeline_bert_poolerLast() {
    Checkpoint bert =
        checkpoint(
            Map.of(),
            "{}",
            "embeddings.word_embeddings.weight",
            "encoder.layer.0.x",
            "encoder.layer.1.x",
            "pooler.dense.weight");
    assertEquals(
        List.of(
            "embeddings.word_embeddings.weight@0 encoder.layer.0.x@4",
            "encoder.layer.1.x@8 pooler.dense.weight@12"),
        ranks(bert, 2));
  }

  @Test
  void pipeline_layerNumbers_areNumbers() {
    String[] names = new String[12];
    for (int layer = 0; layer < 12; layer++) {
      names[layer] = "h." + layer + ".x";
    }
    assertEquals(
        "h.10.x@40 h.11.x@44 h.9.x@36", ranks(checkpoint(Map.of(), "{}", names), 4).get(3));
  }

  @Test
  void pipeline_whatCannotBeSplit_isRefused() {
    assertRefused("3 is more than the 2 layers", 3, checkpoint(Map.of(), "{}", "h.0.x", "h.1.x"));
    assertRefused("world_size must be 1", 0, checkpoint(Map.of(), "{}", "h.0.x"));
    assertRefused("no tensor", 1, checkpoint(Map.of(), "{}"));
    assertRefused("\"conv1.weight\"", 1, checkpoint(Map.of(), "{}", "conv1.weight"));
    assertRefused("\"h.x.y\"", 1, checkpoint(Map.of(), "{}", "h.0.x", "h.x.y"));
    assertRefused("some are missing", 1, checkpoint(Map.of(), "{}", "h.0.x", "h.2.x"));
    assertRefused(
        "h.99999999999999999999.x",
        1,
        checkpoint(Map.of(), "{}", "h.0.x", "h.99999999999999999999.x"));
    assertRefused(
        "config.json says 3 layers", 1, checkpoint(Map.of(), "{\"n_layer\": 3}", "h.0.x"));
  }

  @Test
  void pipeline_manyAliasesOfOneTensor_areRefused() {
    Map<String, String> aliases = new LinkedHashMap<>();
    for (int i = 0; i < 10; i++) {
      aliases.put("h.0.copy" + i, "h.0.x");
    }
    assertRefused("twice as large", 1, checkpoint(aliases, "{}", "h.0.x", "h.0.y"));
  }

  private static void assertRefused(String part, int worldSize, Checkpoint checkpoint) {
    refused(BadInputException.class, () -> SplitPlan.pipeline(checkpoint, worldSize), part);
  }

  @Test
  void pipeline_metadataThatIsNoAlias_isLeftAlone() {
    Map<String, String> notes =
        Map.of(
            "note", "model.norm.weight", // no name of a tensor
            "model.norm.weight", "lm_head.weight", // both are there
            "model.layers.1.b", "gone"); // neither is there
    assertEquals(
        List.of(
            "lm_head.weight@12 model.embed_tokens.weight@0 model.layers.0.a@4 model.norm.weight@8"),
        ranks(
            checkpoint(
                notes,
                "{}",
                "model.embed_tokens.weight",
                "model.layers.0.a",
                "model.norm.weight",
                "lm_head.weight"),
            1));
  }

  @Test
  void pipeline_layerWithALeadingZero_isNoOtherName() {
    refused(
        BadInputException.class,
        () -> ranks(checkpoint(Map.of(), "{}", "h.0.a", "h.00.a", "h.1.a"), 1),
        "\"h.00.a\" belongs to no layer");
    assertEquals(1, ranks(checkpoint(Map.of(), "{}", layers(11)), 1).size()); // 10 has a zero, too
  }

  private static String[] layers(int count) {
    return IntStream.range(0, count).mapToObj(layer -> "h." + layer + ".a").toArray(String[]::new);
  }
}
