package io.modelsplitter.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.SharedData;
import io.modelsplitter.checkpoint.ForwardPass.Stage;
import io.modelsplitter.checkpoint.SplitPlan.RankPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A model computes the same when it is split: the files of the ranks are all that each has. What
 * passes from stage to stage is the same, so a pipeline's logits agree to the last bit; tensor
 * parallelism adds up in another order.
 */
class ComputationTest {
  private static final int[] TOKENS = {1, 7, 3, 10, 2, 5, 8, 1, 4, 9};

  /** Logits are a few units large. */
  private static final float TOLERANCE = 1e-4f;

  @TempDir Path folder = Path.of("");

  /** Splits, and loads what each rank needs from its file. */
  private List<Stage> stages(Path model, int worldSize, int degree) throws IOException {
    SplitPlan plan =
        SplitPlan.of(Checkpoint.open(model), SplitOptions.of(worldSize).tensorParallel(degree));
    Path out = folder.resolve(worldSize + "-" + degree);
    List<ShardFile> files =
        new CheckpointSplitter().split(plan, plan.shards(Granularity.RANK), out);
    List<Stage> stages = new ArrayList<>();
    for (int stage = 0; stage < plan.stages(); stage++) {
      List<Weights> ranks = new ArrayList<>();
      RankPlan first = plan.ranks().get(stage * degree);
      for (int tpRank = 0; tpRank < degree; tpRank++) {
        ranks.add(Weights.load(files.get(stage * degree + tpRank).file()));
      }
      stages.add(new Stage(ranks, first.firstLayer(), first.endLayer()));
    }
    return stages;
  }

  /** The checkpoint itself, with the name of its tied tensor added. */
  private static List<Stage> unsplit(Path file, int layers, String stored, String tied)
      throws IOException {
    Weights weights = Weights.load(file);
    weights.values().put(tied, weights.get(stored));
    weights
        .shapes()
        .put(tied, List.of((long) weights.rows(stored), (long) weights.columns(stored)));
    return List.of(new Stage(List.of(weights), 0, layers));
  }

  private static void assertSame(List<float[]> expected, List<float[]> actual, float tolerance) {
    assertEquals(expected.size(), actual.size());
    for (int i = 0; i < expected.size(); i++) {
      if (tolerance == 0) {
        assertArrayEquals(expected.get(i), actual.get(i));
      } else {
        assertArrayEquals(expected.get(i), actual.get(i), tolerance);
      }
    }
  }

  @Test
  void story_splitComputesTheSame() throws IOException {
    Path story = SharedData.require("data/story");
    LlamaPass pass = new LlamaPass(16, 1e-6f, 10_000);
    List<Stage> whole =
        unsplit(
            story.resolve("model.safetensors"), 2, "lm_head.weight", "model.embed_tokens.weight");
    List<float[]> expected = pass.run(whole, TOKENS);
    assertDependsOnTokens(expected);
    assertSame(expected, pass.run(stages(story, 1, 1), TOKENS), 0);
    assertSame(expected, pass.run(stages(story, 2, 1), TOKENS), 0);
    for (int degree : new int[] {2, 4, 8}) { // 8 heads, and 4 key heads
      assertSame(expected, pass.run(stages(story, degree, degree), TOKENS), TOLERANCE);
    }
    assertSame(expected, pass.run(stages(story, 4, 2), TOKENS), TOLERANCE);
  }

  /** What comes after one token is not what comes after another, by far more than is allowed. */
  private static void assertDependsOnTokens(List<float[]> logits) {
    for (int position = 1; position < logits.size(); position++) {
      float largest = 0;
      for (int i = 0; i < logits.get(position).length; i++) {
        assertTrue(Float.isFinite(logits.get(position)[i]));
        largest =
            Math.max(largest, Math.abs(logits.get(position)[i] - logits.get(position - 1)[i]));
      }
      assertTrue(largest > 1_000 * TOLERANCE, "they differ by " + largest + " at most");
    }
  }

  @Test
  void gpt2_splitComputesTheSame() throws IOException {
    TestModels model = TestModels.gpt2(new TestModels.Size(4, 64, 8, 8, 256, 101));
    Path written = model.write(folder.resolve("model"), 11);
    Gpt2Pass pass = new Gpt2Pass(8);
    List<float[]> expected =
        pass.run(
            unsplit(written.resolve("model.safetensors"), 4, "wte.weight", "lm_head.weight"),
            TOKENS);
    assertDependsOnTokens(expected);
    for (int worldSize = 1; worldSize <= 4; worldSize++) {
      assertSame(expected, pass.run(stages(written, worldSize, 1), TOKENS), 0);
    }
    for (int degree : new int[] {2, 4, 8}) {
      assertSame(expected, pass.run(stages(written, degree, degree), TOKENS), TOLERANCE);
    }
    assertSame(expected, pass.run(stages(written, 8, 2), TOKENS), TOLERANCE);
  }
}
