package io.modelsplitter.checkpoint;

import io.modelsplitter.file.ByteReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;

/**
 * The numbers of one file, and what is computed with them: float32, one after the other, so that
 * the same numbers give the same bits.
 */
@NullUnmarked
record Weights(Map<String, float[]> values, Map<String, List<Long>> shapes) {

  static Weights load(Path file) throws IOException {
    Weights weights = new Weights(new LinkedHashMap<>(), new LinkedHashMap<>());
    for (Tensor tensor : Checkpoint.open(file).tensors().values()) {
      ByteBuffer bytes = ByteBuffer.allocate((int) tensor.bytes()).order(ByteOrder.LITTLE_ENDIAN);
      try (ByteReader reader =
          tensor.source().open(tensor.offset(), tensor.offset() + tensor.bytes())) {
        reader.read(bytes);
      }
      float[] numbers = new float[(int) tensor.elements()];
      bytes.flip().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(numbers);
      weights.values.put(tensor.name(), numbers);
      weights.shapes.put(tensor.name(), tensor.shape());
    }
    return weights;
  }

  /** What another rank has counts as nothing here. */
  float[] orZeros(String name, int width) {
    return values.containsKey(name) ? get(name) : new float[width];
  }

  float[] get(String name) {
    float[] found = values.get(name);
    if (found == null) {
      throw new IllegalStateException("this rank has no " + name);
    }
    return found;
  }

  int rows(String name) {
    return (int) (long) shapes.get(name).get(0);
  }

  int columns(String name) {
    return (int) (long) shapes.get(name).get(1);
  }

  /** {@code W x} for a weight of [out, in]. */
  float[] linear(String name, float[] x) {
    float[] weight = get(name);
    int in = columns(name);
    float[] y = new float[rows(name)];
    for (int row = 0; row < y.length; row++) {
      float sum = 0;
      for (int i = 0; i < in; i++) {
        sum += weight[row * in + i] * x[i];
      }
      y[row] = sum;
    }
    return y;
  }

  /** {@code x W} for a weight of [in, out]. */
  float[] conv1d(String name, float[] x) {
    float[] weight = get(name);
    int out = columns(name);
    float[] y = new float[out];
    for (int i = 0; i < x.length; i++) {
      for (int column = 0; column < out; column++) {
        y[column] += x[i] * weight[i * out + column];
      }
    }
    return y;
  }

  /** The row of a token or position. */
  float[] row(String name, int index) {
    int width = columns(name);
    return Arrays.copyOfRange(get(name), index * width, (index + 1) * width);
  }

  static void add(float[] to, float[] x) {
    for (int i = 0; i < to.length; i++) {
      to[i] += x[i];
    }
  }

  /** Causal attention of the last of the positions; heads side by side. */
  static float[] attend(float[] query, List<float[]> keys, List<float[]> values, int width) {
    int heads = query.length / width;
    int shared = heads / (keys.get(0).length / width);
    float[] out = new float[query.length];
    for (int head = 0; head < heads; head++) {
      int from = head / shared * width;
      float[] scores = new float[keys.size()];
      float highest = Float.NEGATIVE_INFINITY;
      for (int t = 0; t < scores.length; t++) {
        for (int i = 0; i < width; i++) {
          scores[t] += query[head * width + i] * keys.get(t)[from + i];
        }
        scores[t] /= (float) Math.sqrt(width);
        highest = Math.max(highest, scores[t]);
      }
      float sum = 0;
      for (int t = 0; t < scores.length; t++) {
        scores[t] = (float) Math.exp(scores[t] - highest);
        sum += scores[t];
      }
      for (int t = 0; t < scores.length; t++) {
        for (int i = 0; i < width; i++) {
          out[head * width + i] += scores[t] / sum * values.get(t)[from + i];
        }
      }
    }
    return out;
  }
}
