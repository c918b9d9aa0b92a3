package io.modelsplitter.checkpoint;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;

/** GPT-2: layer norms, learned positions, one fused projection, biases. */
@NullUnmarked
final class Gpt2Pass extends ForwardPass {
  private static final float EPSILON = 1e-5f;

  private final int head;

  Gpt2Pass(int head) {
    this.head = head;
  }

  private static String name(int layer, String rest) {
    return "h." + layer + "." + rest;
  }

  @Override
  float[] embed(Weights weights, int token, int position) {
    float[] x = weights.row("wte.weight", token);
    Weights.add(x, weights.row("wpe.weight", position));
    return x;
  }

  @Override
  float[] attention(Weights weights, int layer, List<float[]> normed) {
    List<float[]> keys = new ArrayList<>();
    List<float[]> values = new ArrayList<>();
    float[] query = new float[0];
    for (float[] x : normed) {
      float[] fused = weights.conv1d(name(layer, "attn.c_attn.weight"), x);
      Weights.add(fused, weights.get(name(layer, "attn.c_attn.bias")));
      int third = fused.length / 3;
      query = Arrays.copyOfRange(fused, 0, third);
      keys.add(Arrays.copyOfRange(fused, third, 2 * third));
      values.add(Arrays.copyOfRange(fused, 2 * third, fused.length));
    }
    float[] attended = Weights.attend(query, keys, values, head);
    return weights.conv1d(name(layer, "attn.c_proj.weight"), attended);
  }

  @Override
  float[] feedForward(Weights weights, int layer, float[] normed) {
    float[] x = weights.conv1d(name(layer, "mlp.c_fc.weight"), normed);
    Weights.add(x, weights.get(name(layer, "mlp.c_fc.bias")));
    for (int i = 0; i < x.length; i++) {
      double inner = Math.sqrt(2 / Math.PI) * (x[i] + 0.044715 * x[i] * x[i] * x[i]);
      x[i] = (float) (0.5 * x[i] * (1 + Math.tanh(inner)));
    }
    return weights.conv1d(name(layer, "mlp.c_proj.weight"), x);
  }

  @Override
  float[] bias(Weights weights, int layer, boolean ofAttention, int width) {
    String of = ofAttention ? "attn.c_proj.bias" : "mlp.c_proj.bias";
    return weights.orZeros(name(layer, of), width);
  }

  @Override
  float[] norm(Weights weights, int layer, int which, float[] x) {
    return norm(weights, name(layer, which == 0 ? "ln_1" : "ln_2"), x);
  }

  @Override
  float[] finalNorm(Weights weights, float[] x) {
    return norm(weights, "ln_f", x);
  }

  private static float[] norm(Weights weights, String name, float[] x) {
    float mean = 0;
    for (float value : x) {
      mean += value / x.length;
    }
    float variance = 0;
    for (float value : x) {
      variance += (value - mean) * (value - mean) / x.length;
    }
    float scale = 1 / (float) Math.sqrt(variance + EPSILON);
    float[] y = new float[x.length];
    for (int i = 0; i < y.length; i++) {
      y[i] =
          (x[i] - mean) * scale * weights.get(name + ".weight")[i] + weights.get(name + ".bias")[i];
    }
    return y;
  }
}
