package io.modelsplitter.checkpoint;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;

/** Runs tokens through the stages of a model, each of one or more ranks that share its layers. */
@NullUnmarked
abstract class ForwardPass {
  private static final String HEAD = "lm_head.weight";

  /** A stage: its ranks, and which layers they have. */
  record Stage(List<Weights> ranks, int firstLayer, int endLayer) {}

  /** What the first stage makes of a token. */
  abstract float[] embed(Weights weights, int token, int position);

  /** A rank's part of a layer's attention for the last of the positions. */
  abstract float[] attention(Weights weights, int layer, List<float[]> normed);

  /** A rank's part of a layer's feed-forward network. */
  abstract float[] feedForward(Weights weights, int layer, float[] normed);

  /** What a rank adds beside its part: a bias, or nothing where another rank has it. */
  abstract float[] bias(Weights weights, int layer, boolean ofAttention, int width);

  /** A norm of a layer: 0 before the attention, 1 before the network. */
  abstract float[] norm(Weights weights, int layer, int which, float[] x);

  abstract float[] finalNorm(Weights weights, float[] x);

  /** The logits after each token. */
  List<float[]> run(List<Stage> stages, int... tokens) {
    List<float[]> states = new ArrayList<>();
    for (int position = 0; position < tokens.length; position++) {
      states.add(embed(stages.get(0).ranks().get(0), tokens[position], position));
    }
    for (Stage stage : stages) {
      for (int layer = stage.firstLayer(); layer < stage.endLayer(); layer++) {
        states = layer(stage.ranks(), layer, states);
      }
    }
    List<Weights> last = stages.get(stages.size() - 1).ranks();
    List<float[]> logits = new ArrayList<>();
    for (float[] state : states) {
      logits.add(logits(last, finalNorm(last.get(0), state)));
    }
    return logits;
  }

  private List<float[]> layer(List<Weights> ranks, int layer, List<float[]> states) {
    List<float[]> after = new ArrayList<>();
    List<float[]> normed = new ArrayList<>();
    for (float[] state : states) {
      normed.add(norm(ranks.get(0), layer, 0, state));
      float[] x = state.clone();
      float[] sum = null;
      for (Weights rank : ranks) {
        sum = plus(sum, attention(rank, layer, normed));
        Weights.add(sum, bias(rank, layer, true, x.length));
      }
      Weights.add(x, sum);
      sum = null;
      for (Weights rank : ranks) {
        sum = plus(sum, feedForward(rank, layer, norm(rank, layer, 1, x)));
        Weights.add(sum, bias(rank, layer, false, x.length));
      }
      Weights.add(x, sum);
      after.add(x);
    }
    return after;
  }

  private static float[] plus(float[] sum, float[] part) {
    if (sum == null) {
      return part;
    }
    Weights.add(sum, part);
    return sum;
  }

  /** Each rank has a part of the vocabulary. */
  private float[] logits(List<Weights> ranks, float[] x) {
    List<float[]> parts = new ArrayList<>();
    int length = 0;
    for (Weights rank : ranks) {
      float[] part = rank.linear(HEAD, x);
      parts.add(part);
      length += part.length;
    }
    float[] logits = new float[length];
    int at = 0;
    for (float[] part : parts) {
      System.arraycopy(part, 0, logits, at, part.length);
      at += part.length;
    }
    return logits;
  }
}
