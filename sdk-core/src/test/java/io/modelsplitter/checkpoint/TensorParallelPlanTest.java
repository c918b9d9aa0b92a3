package io.modelsplitter.checkpoint;

import static io.modelsplitter.Refusals.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.modelsplitter.checkpoint.SplitPlan.RankPlan;
import io.modelsplitter.checkpoint.TestModels.Size;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which part of which tensor a rank of a tensor-parallel stage gets. */
class TensorParallelPlanTest {
  private static final Size SMALL =
      TestModels.SMALL; // hidden 16, heads 4, kv 2, inner 24, vocab 11

  private static SplitPlan plan(TestModels model, int worldSize, int degree) {
    return SplitPlan.of(model.checkpoint(), SplitOptions.of(worldSize).tensorParallel(degree));
  }

  /** What a rank holds of a tensor: {@code axis[from-to,…]}, all, or nothing; and as which copy. */
  private static String part(SplitPlan plan, int rank, String name) {
    return plan.ranks().get(rank).parts().stream()
        .filter(part -> part.name().equals(name))
        .findFirst()
        .map(TensorParallelPlanTest::show)
        .orElse("none");
  }

  private static String show(TensorPart part) {
    String cut =
        part.cut()
            .map(
                it ->
                    it.axis()
                        + String.join(
                            ",",
                            it.pieces().stream()
                                .map(piece -> "[" + piece.from() + "-" + piece.to() + "]")
                                .toList()))
            .orElse("all");
    return part.share() == Share.OWN ? cut : cut + " " + part.share().wireName();
  }

  @Test
  void llama_projectionsAreCutAndNormsCopied() {
    SplitPlan plan = plan(TestModels.llama(SMALL), 2, 2);
    String layer = "model.layers.1.";
    assertEquals("0[8-16]", part(plan, 1, layer + "self_attn.q_proj.weight"));
    assertEquals("0[4-8]", part(plan, 1, layer + "self_attn.k_proj.weight"));
    assertEquals("1[0-8]", part(plan, 0, layer + "self_attn.o_proj.weight"));
    assertEquals("0[12-24]", part(plan, 1, layer + "mlp.gate_proj.weight"));
    assertEquals("0[0-12]", part(plan, 0, layer + "mlp.up_proj.weight"));
    assertEquals("1[12-24]", part(plan, 1, layer + "mlp.down_proj.weight"));
    assertEquals("all", part(plan, 0, layer + "input_layernorm.weight"));
    assertEquals("all replicated", part(plan, 1, layer + "input_layernorm.weight"));
    assertEquals("all replicated", part(plan, 1, "model.embed_tokens.weight"));
    assertEquals("0[0-5]", part(plan, 0, "lm_head.weight"));
    assertEquals("0[5-11]", part(plan, 1, "lm_head.weight"));
    assertEquals(SplitPlan.TENSOR, plan.strategy());
    assertEquals(1, plan.stages());
  }

  @Test
  void llama_moreRanksThanKeyHeads_shareThem() {
    SplitPlan plan = plan(TestModels.llama(SMALL), 4, 4);
    String key = "model.layers.0.self_attn.k_proj.weight";
    assertEquals("0[0-4]", part(plan, 0, key));
    assertEquals("0[0-4] shared_heads", part(plan, 1, key));
    assertEquals("0[4-8]", part(plan, 2, key));
    assertEquals("0[4-8] shared_heads", part(plan, 3, key));
  }

  @Test
  void qwen_biasesAreCutAndHeadNormsCopied() {
    SplitPlan two = plan(TestModels.qwen2(SMALL), 2, 2);
    assertEquals("0[8-16]", part(two, 1, "model.layers.0.self_attn.q_proj.bias"));
    assertEquals("0[4-8]", part(two, 1, "model.layers.0.self_attn.v_proj.bias"));
    SplitPlan three = plan(TestModels.qwen3(SMALL), 2, 2);
    assertEquals("all replicated", part(three, 1, "model.layers.0.self_attn.q_norm.weight"));
  }

  @Test
  void normOverAllHeads_cannotBeSplit() {
    TestModels model = TestModels.qwen3(SMALL);
    model.shapes().put("model.layers.0.self_attn.q_norm.weight", List.of(16L));
    assertRefused("has 16 numbers, not the 4 of a head", model, 2, 2);
  }

  @Test
  void mixtral_expertsAreCutAndRouterCopied() {
    SplitPlan plan = plan(TestModels.mixtral(SMALL, 2), 2, 2);
    String experts = "model.layers.2.block_sparse_moe.experts.1.";
    assertEquals("0[12-24]", part(plan, 1, experts + "w1.weight"));
    assertEquals("1[12-24]", part(plan, 1, experts + "w2.weight"));
    assertEquals("0[0-12]", part(plan, 0, experts + "w3.weight"));
    assertEquals("all replicated", part(plan, 1, "model.layers.2.block_sparse_moe.gate.weight"));
  }

  @Test
  void phi3_eachFusedPieceIsCut() {
    SplitPlan two = plan(TestModels.phi3(SMALL), 2, 2);
    String qkv = "model.layers.0.self_attn.qkv_proj.weight"; // 16 + 8 + 8
    assertEquals("0[0-8],[16-20],[24-28]", part(two, 0, qkv));
    assertEquals("0[8-16],[20-24],[28-32]", part(two, 1, qkv));
    assertEquals("0[12-24],[36-48]", part(two, 1, "model.layers.0.mlp.gate_up_proj.weight"));
    SplitPlan four = plan(TestModels.phi3(SMALL), 4, 4);
    assertEquals("0[4-8],[16-20],[24-28] shared_heads", part(four, 1, qkv));
    assertEquals("0[12-16],[20-24],[28-32] shared_heads", part(four, 3, qkv));
  }

  @Test
  void gpt2_conv1dIsCutTheOtherWayRound() {
    SplitPlan plan = plan(TestModels.gpt2(SMALL), 2, 2);
    assertEquals("1[8-16],[24-32],[40-48]", part(plan, 1, "h.0.attn.c_attn.weight"));
    assertEquals("0[0-8],[16-24],[32-40]", part(plan, 0, "h.0.attn.c_attn.bias"));
    assertEquals("0[8-16]", part(plan, 1, "h.0.attn.c_proj.weight"));
    assertEquals("1[12-24]", part(plan, 1, "h.0.mlp.c_fc.weight"));
    assertEquals("0[12-24]", part(plan, 1, "h.0.mlp.c_proj.weight"));
    assertEquals("all", part(plan, 0, "h.0.mlp.c_proj.bias"));
    assertEquals("none", part(plan, 1, "h.0.mlp.c_proj.bias"));
    assertEquals("0[5-11] tied", part(plan, 1, "lm_head.weight"));
  }

  @Test
  void bert_outputBiasesGoToOneRank() {
    SplitPlan plan = plan(TestModels.bert(SMALL), 2, 2);
    String layer = "bert.encoder.layer.0.";
    assertEquals("0[8-16]", part(plan, 1, layer + "attention.self.key.bias"));
    assertEquals("1[8-16]", part(plan, 1, layer + "attention.output.dense.weight"));
    assertEquals("none", part(plan, 1, layer + "attention.output.dense.bias"));
    assertEquals("1[12-24]", part(plan, 1, layer + "output.dense.weight"));
    assertEquals("all replicated", part(plan, 1, layer + "output.LayerNorm.weight"));
    assertEquals("0[5-11] tied", part(plan, 1, "cls.predictions.decoder.weight"));
    assertEquals("0[0-5]", part(plan, 0, "cls.predictions.bias"));
  }

  @Test
  void both_ranksAreNumberedStageByStage() {
    SplitPlan plan = plan(TestModels.llama(SMALL), 6, 2);
    assertEquals(3, plan.stages());
    RankPlan rank = plan.ranks().get(3);
    assertEquals(1, rank.stage());
    assertEquals(1, rank.tpRank());
    assertEquals(1, rank.firstLayer());
    assertEquals(2, rank.endLayer());
    assertEquals("none", part(plan, 2, "model.embed_tokens.weight"));
    assertEquals("all", part(plan, 0, "model.embed_tokens.weight"));
    assertEquals("0[5-11]", part(plan, 5, "lm_head.weight"));
    assertEquals("0[8-16]", part(plan, 3, "model.layers.1.self_attn.q_proj.weight"));
  }

  @Test
  void bareCheckpoint_takesItsHeadsFromTheOptions() {
    Checkpoint bare =
        new Checkpoint(
            TestModels.llama(SMALL).checkpoint().tensors(), Map.of(), Map.of(), List.of());
    SplitOptions options = SplitOptions.of(2).tensorParallel(2);
    refused(BadInputException.class, () -> SplitPlan.of(bare, options), "model_config");
    SplitOptions told =
        SplitOptions.fromConfig(
            2,
            Map.of(
                "split_strategy",
                "tensor_parallel",
                "model_config",
                Map.of("num_attention_heads", 4, "num_key_value_heads", 2)));
    assertEquals(
        "0[4-8]", part(SplitPlan.of(bare, told), 1, "model.layers.1.self_attn.k_proj.weight"));
  }

  /** A wrong number may divide all the same, and would cut heads through the middle. */
  @Test
  void headsThatAreNotOfOneLength_areRefused() {
    Checkpoint bare =
        new Checkpoint(
            TestModels.llama(SMALL).checkpoint().tensors(), Map.of(), Map.of(), List.of());
    for (Map<String, Object> heads :
        List.<Map<String, Object>>of(
            Map.of("num_attention_heads", 4),
            Map.of("num_attention_heads", 8, "num_key_value_heads", 2),
            Map.of("num_attention_heads", 8, "num_key_value_heads", 4, "head_dim", 4))) {
      SplitOptions options =
          SplitOptions.fromConfig(
              2, Map.of("split_strategy", "tensor_parallel", "model_config", heads));
      refused(BadInputException.class, () -> SplitPlan.of(bare, options), "num_key_value_heads");
    }
  }

  @Test
  void whatCannotBeCut_isRefused() {
    assertRefused("4 attention heads cannot be shared", TestModels.llama(SMALL), 3, 3);
    assertRefused("3 key and value heads", TestModels.llama(new Size(1, 24, 6, 3, 24, 11)), 2, 2);
    assertRefused("equal parts of 25", TestModels.llama(new Size(1, 16, 4, 2, 25, 11)), 2, 2);
    assertRefused("more than the 3 layers", TestModels.llama(SMALL), 8, 2);
    TestModels quantised = TestModels.llama(SMALL);
    quantised.shapes().put("model.layers.0.self_attn.q_proj.weight_scale", List.of(1L));
    assertRefused("quantised", quantised, 2, 2);
  }

  private static void assertRefused(String part, TestModels model, int worldSize, int degree) {
    refused(BadInputException.class, () -> plan(model, worldSize, degree), part);
  }

  @Test
  void ruleFile_ofAnUnknownArchitecture() {
    TestModels model = new TestModels(Map.of("n_heads", 4), new LinkedHashMap<>());
    model.shapes().put("tok.weight", List.of(10L, 8L));
    model.shapes().put("decoder.blocks.0.attn.qkv", List.of(8L, 24L));
    model.shapes().put("decoder.blocks.0.attn.out", List.of(8L, 8L));
    model.shapes().put("decoder.blocks.1.attn.qkv", List.of(8L, 24L));
    model.shapes().put("decoder.blocks.1.attn.out", List.of(8L, 8L));
    model.shapes().put("final.scale", List.of(8L));
    refused(BadInputException.class, () -> plan(model, 2, 1), "architecture_rules");
    Map<String, Object> rules =
        Json.parseObject(
            "rules",
            """
            {"name": "mine", "layer": "decoder.blocks.{layer}.", "first": ["tok.*"],
             "last": ["final.*", "head"], "embedding": "tok.weight", "head": "head",
             "head_if": ["final.*"], "heads": ["n_heads"],
             "tensor_parallel": [
               {"match": "*.qkv", "axis": 1, "parts": ["heads", "heads", "heads"]},
               {"match": "*.out", "axis": 0, "parts": ["heads"]},
               {"match": "head", "axis": 0, "parts": ["uneven"]},
               {"match": "*", "keep": "all"}]}
            """);
    SplitOptions options =
        SplitOptions.fromConfig(4, Map.of("tp_degree", 2, "architecture_rules", rules));
    SplitPlan plan = SplitPlan.of(model.checkpoint(), options);
    assertEquals("mine", plan.architecture());
    assertEquals("1[4-8],[12-16],[20-24]", part(plan, 3, "decoder.blocks.1.attn.qkv"));
    assertEquals("0[5-10] tied", part(plan, 3, "head"));
  }
}
