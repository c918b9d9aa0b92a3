package io.modelsplitter.checkpoint;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;

/** Llama: RMS norms, rotary positions, grouped heads, gated feed-forward. */
@NullUnmarked
final class LlamaPass extends ForwardPass {
  private final int head;
  private final float epsilon;
  private final double theta;

  LlamaPass(int head, float epsilon, double theta) {
    this.head = head;
    this.epsilon = epsilon;
    this.theta = theta;
  }

  private static String name(int layer, String rest) {
    return "model.layers." + layer + "." + rest + ".weight";
  }

  @Override
  float[] embed(Weights weights, int token, int position) {
    return weights.row("model.embed_tokens.weight", token);
  }

  @Override
  float[] attention(Weights weights, int layer, List<float[]> normed) {
    List<float[]> keys = new ArrayList<>();
    List<float[]> values = new ArrayList<>();
    for (int position = 0; position < normed.size(); position++) {
      float[] key = weights.linear(name(layer, "self_attn.k_proj"), normed.get(position));
      keys.add(rotated(key, position));
      values.add(weights.linear(name(layer, "self_attn.v_proj"), normed.get(position)));
    }
    int last = normed.size() - 1;
    float[] query = weights.linear(name(layer, "self_attn.q_proj"), normed.get(last));
    float[] attended = Weights.attend(rotated(query, last), keys, values, head);
    return weights.linear(name(layer, "self_attn.o_proj"), attended);
  }

  /** The first half of a head turns with the second. */
  private float[] rotated(float[] x, int position) {
    float[] y = new float[x.length];
    for (int from = 0; from < x.length; from += head) {
      for (int i = 0; i < head / 2; i++) {
        double angle = position * Math.pow(theta, -2.0 * i / head);
        float cos = (float) Math.cos(angle);
        float sin = (float) Math.sin(angle);
        float a = x[from + i];
        float b = x[from + i + head / 2];
        y[from + i] = a * cos - b * sin;
        y[from + i + head / 2] = b * cos + a * sin;
      }
    }
    return y;
  }

  @Override
  float[] feedForward(Weights weights, int layer, float[] normed) {
    float[] gate = weights.linear(name(layer, "mlp.gate_proj"), normed);
    float[] up = weights.linear(name(layer, "mlp.up_proj"), normed);
    for (int i = 0; i < gate.length; i++) {
      up[i] *= gate[i] / (1 + (float) Math.exp(-gate[i]));
    }
    return weights.linear(name(layer, "mlp.down_proj"), up);
  }

  @Override
  float[] bias(Weights weights, int layer, boolean ofAttention, int width) {
    return new float[width];
  }

  @Override
  float[] norm(Weights weights, int layer, int which, float[] x) {
    String name = which == 0 ? "input_layernorm" : "post_attention_layernorm";
    return norm(weights.get(name(layer, name)), x);
  }

  @Override
  float[] finalNorm(Weights weights, float[] x) {
    return norm(weights.get("model.norm.weight"), x);
  }

  private float[] norm(float[] weight, float[] x) {
    float sum = 0;
    for (float value : x) {
      sum += value * value;
    }
    float scale = 1 / (float) Math.sqrt(sum / x.length + epsilon);
    float[] y = new float[x.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = x[i] * scale * weight[i];
    }
    return y;
  }
}
