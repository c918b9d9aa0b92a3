package io.modelsplitter.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.NullUnmarked;

/** Makes GGUF files without the code under test. For one file. */
@NullUnmarked
public final class TestGguf {
  private static final int ALIGNMENT = 32;

  private final ByteBuffer keyValues = little(1 << 21);
  private final ByteBuffer infos = little(1 << 20);
  private final List<byte[]> data = new ArrayList<>();
  private int keyCount;
  private long offset;

  private static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void text(ByteBuffer to, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    to.putLong(bytes.length).put(bytes);
  }

  private ByteBuffer key(String key, int type) {
    text(keyValues, key);
    keyCount++;
    return keyValues.putInt(type);
  }

  TestGguf text(String key, String value) {
    text(key(key, 8), value);
    return this;
  }

  TestGguf u32(String key, int value) {
    key(key, 4).putInt(value);
    return this;
  }

  TestGguf u16(String key, int value) {
    key(key, 2).putShort((short) value);
    return this;
  }

  TestGguf i32(String key, int value) {
    key(key, 5).putInt(value);
    return this;
  }

  TestGguf texts(String key, String... values) {
    key(key, 9).putInt(8).putLong(values.length);
    for (String value : values) {
      text(keyValues, value);
    }
    return this;
  }

  TestGguf numbers(String key, int... values) {
    key(key, 9).putInt(5).putLong(values.length);
    for (int value : values) {
      keyValues.putInt(value);
    }
    return this;
  }

  /** A tensor with bytes that follow from its name; dimensions as GGUF has them. */
  TestGguf tensor(String name, int type, int bytes, long... dimensions) {
    text(infos, name);
    infos.putInt(dimensions.length);
    for (long dimension : dimensions) {
      infos.putLong(dimension);
    }
    infos.putInt(type).putLong(offset);
    byte[] content = new byte[bytes];
    new Random(name.hashCode()).nextBytes(content);
    data.add(content);
    offset += padded(bytes);
    return this;
  }

  private static int padded(int position) {
    return (position + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  byte[] bytes() {
    ByteBuffer all = little(1 << 22);
    all.putInt(0x46554747).putInt(3).putLong(data.size()).putLong(keyCount);
    all.put(keyValues.duplicate().flip()).put(infos.duplicate().flip());
    all.position(padded(all.position()));
    for (byte[] content : data) {
      all.put(content);
      all.position(padded(all.position()));
    }
    byte[] bytes = new byte[all.position()];
    all.flip().get(bytes);
    return bytes;
  }

  /** Writes the file. */
  public Path write(Path file) throws IOException {
    return Files.write(file, bytes());
  }

  /** The settings of a small Llama. */
  TestGguf llama(int layers) {
    return text("general.architecture", "llama")
        .text("general.name", "a name by which hashes would differ")
        .u32("llama.block_count", layers)
        .u32("llama.embedding_length", 256)
        .u32("llama.attention.head_count", 4)
        .u32("llama.attention.head_count_kv", 2)
        .texts("tokenizer.ggml.tokens", "a", "b", "c")
        .u32("general.quantization_version", 2);
  }

  /** A layer of quantised weights of width 256. */
  TestGguf layer(int layer) {
    String prefix = "blk." + layer + ".";
    return tensor(prefix + "attn_norm.weight", 0, 1024, 256)
        .tensor(prefix + "attn_q.weight", 12, 256 * 144, 256, 256)
        .tensor(prefix + "attn_k.weight", 12, 128 * 144, 256, 128)
        .tensor(prefix + "attn_v.weight", 14, 128 * 210, 256, 128)
        .tensor(prefix + "attn_output.weight", 8, 256 * 8 * 34, 256, 256)
        .tensor(prefix + "ffn_norm.weight", 0, 1024, 256)
        .tensor(prefix + "ffn_up.weight", 2, 512 * 8 * 18, 256, 512)
        .tensor(prefix + "ffn_gate.weight", 2, 512 * 8 * 18, 256, 512)
        .tensor(prefix + "ffn_down.weight", 2, 256 * 16 * 18, 512, 256);
  }

  /** A small quantised Llama with a tied head. */
  public static TestGguf model(int layers) {
    TestGguf gguf =
        new TestGguf().llama(layers).tensor("token_embd.weight", 1, 3 * 256 * 2, 256, 3);
    for (int layer = 0; layer < layers; layer++) {
      gguf.layer(layer);
    }
    return gguf.tensor("output_norm.weight", 0, 1024, 256);
  }
}
