package io.modelsplitter.checkpoint;

import static io.modelsplitter.Refusals.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.checkpoint.SplitPlan.RankPlan;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.file.ByteSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** A plan that forgets or repeats something cannot be made. */
class PlanCheckTest {
  private static final SplitPlan PLAN =
      SplitPlan.of(
          TestModels.llama(TestModels.SMALL).checkpoint(), SplitOptions.of(2).tensorParallel(2));

  private static void assertRefused(String part, UnaryOperator<List<TensorPart>> change) {
    List<RankPlan> ranks = new ArrayList<>(PLAN.ranks());
    RankPlan last = ranks.get(1);
    List<TensorPart> parts = change.apply(new ArrayList<>(last.parts()));
    List<Section> sections = List.of(new Section("layer-0", parts));
    ranks.set(1, new RankPlan(1, 0, 1, last.firstLayer(), last.endLayer(), sections));
    refused(
        BadInputException.class,
        () -> new SplitPlan(PLAN.checkpoint(), "Llama", PLAN.layers(), 2, PLAN.names(), ranks),
        part);
  }

  @Test
  void plan_partThatIsMissing_isNamed() {
    assertRefused(
        "not all of the tensor \"lm_head.weight\"",
        parts -> {
          parts.removeIf(part -> part.name().equals("lm_head.weight"));
          return parts;
        });
  }

  @Test
  void plan_partThatIsOwnTwice_isNamed() {
    assertRefused(
        "is planned twice",
        parts -> {
          parts.replaceAll(
              part -> new TensorPart(part.name(), part.tensor(), part.cut(), Share.OWN));
          return parts;
        });
    assertRefused(
        "\"lm_head.weight\" is planned twice",
        parts -> {
          parts.replaceAll(
              part ->
                  part.name().equals("lm_head.weight")
                      ? new TensorPart(
                          part.name(),
                          part.tensor(),
                          Optional.of(new Cut(0, List.of(new Cut.Piece(4, 11)))),
                          Share.OWN)
                      : part);
          return parts;
        });
  }

  @Test
  void plan_nameTwiceOrOfAnotherCheckpoint_isNamed() {
    assertRefused(
        "twice",
        parts -> {
          parts.add(parts.get(0));
          return parts;
        });
    Tensor foreign =
        new Tensor(
            "x",
            DType.F32,
            List.of(1L),
            PLAN.ranks().get(0).parts().get(0).tensor().source(),
            0,
            4);
    assertRefused(
        "not of the checkpoint",
        parts -> {
          parts.add(TensorPart.whole(foreign));
          return parts;
        });
  }

  @Test
  void json_saysWhatIsCutAndWhatIsCopied() {
    List<Map<String, Object>> tensors =
        PLAN.ranks().get(1).parts().stream().map(PlanJson::part).toList();
    assertTrue(
        tensors.contains(
            Map.of(
                "name",
                "model.layers.0.self_attn.o_proj.weight",
                "dtype",
                "F32",
                "shape",
                List.of(16L, 8L),
                "stored_shape",
                List.of(16L, 16L),
                "axis",
                1,
                "pieces",
                List.of(List.of(8L, 16L)))),
        tensors::toString);
    assertTrue(
        tensors.contains(
            Map.of(
                "name", "model.norm.weight",
                "dtype", "F32",
                "shape", List.of(16L),
                "copy", "replicated")));
  }

  @Test
  void toTable_hasALineForEachRankAndTheCopies() {
    List<String> lines = PLAN.toTable().lines().toList();
    assertEquals("Llama, 3 layers, tensor_parallel: 1 stages of 2", lines.get(0));
    assertEquals(
        "   1      0        1        0-2       30           3,264            13,056", lines.get(3));
    assertEquals("copies, replicated: 8, 1,152 bytes", lines.get(4));
  }

  /** A plan in which a rank has lost a tensor. */
  private static void assertNoticed(SplitPlan plan, int rank, String name) {
    List<RankPlan> ranks = new ArrayList<>(plan.ranks());
    RankPlan old = ranks.get(rank);
    List<Section> sections = new ArrayList<>();
    for (Section section : old.sections()) {
      sections.add(
          new Section(
              section.label(),
              section.parts().stream().filter(part -> !part.name().equals(name)).toList()));
    }
    ranks.set(
        rank,
        new RankPlan(rank, old.stage(), old.tpRank(), old.firstLayer(), old.endLayer(), sections));
    refused(
        BadInputException.class,
        () ->
            new SplitPlan(
                plan.checkpoint(),
                plan.architecture(),
                plan.layers(),
                plan.tpDegree(),
                plan.names(),
                ranks),
        "\"" + name + "\"");
  }

  @Test
  void plan_anyPartThatARankLost_isNamed() {
    Checkpoint gpt2 = TestModels.gpt2(TestModels.SMALL).checkpoint(); // its head is tied
    for (SplitPlan plan :
        List.of(
            PLAN,
            SplitPlan.pipeline(gpt2, 3),
            SplitPlan.of(gpt2, SplitOptions.of(4).tensorParallel(2)),
            SplitPlan.of( // two ranks share each key head
                TestModels.llama(TestModels.SMALL).checkpoint(),
                SplitOptions.of(4).tensorParallel(4)))) {
      for (RankPlan rank : plan.ranks()) {
        for (TensorPart part : rank.parts()) {
          assertNoticed(plan, rank.rank(), part.name());
        }
      }
    }
  }

  @Test
  void plan_stageThatLostWhatEveryStageNeeds_isNamed() {
    TestModels model = TestModels.llama(TestModels.SMALL);
    model.shapes().put("rope.freqs", List.of(8L));
    SplitPlan plan =
        SplitPlan.of(
            model.checkpoint(),
            new SplitOptions(
                2,
                1,
                SplitOptions.Balance.LAYERS,
                List.of(),
                Map.of(
                    "layer", "model.layers.{layer}.",
                    "first", List.of("model.embed_tokens.*"),
                    "last", List.of("model.norm.*", "lm_head.*"),
                    "every_stage", List.of("rope.*")),
                Map.of()));
    assertNoticed(plan, 1, "rope.freqs");
  }

  @Test
  void part_ofATensorOfImpossibleShape_isRefused() {
    List<Long> shape = List.of(0L, 4L, 1L << 62, 1L << 62);
    Tensor tensor = new Tensor("x", DType.F32, shape, ByteSource.of(Path.of("x")), 0, 0);
    Cut cut = new Cut(1, List.of(new Cut.Piece(0, 2)));
    refused(
        BadInputException.class,
        () -> new TensorPart("x", tensor, Optional.of(cut), Share.OWN),
        "impossible shape");
  }
}
