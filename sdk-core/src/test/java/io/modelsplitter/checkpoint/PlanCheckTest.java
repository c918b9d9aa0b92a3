package io.modelsplitter.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.checkpoint.SplitPlan.RankPlan;
import io.modelsplitter.error.BadInputException;
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
    BadInputException e =
        assertThrows(
            BadInputException.class,
            () -> new SplitPlan(PLAN.checkpoint(), "Llama", PLAN.layers(), 2, ranks));
    assertTrue(String.valueOf(e.getMessage()).contains(part), e::getMessage);
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
}
