package io.modelsplitter.examples;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.file.AtomicFile;
import io.modelsplitter.json.Json;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.Deflater;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipParameters;

/**
 * A checkpoint with GPT-2's names and shapes and random weights, the same bytes each time.
 *
 * @param layers how many transformer layers
 * @param width the embedding's dimension, a multiple of 8
 * @param vocabulary how many tokens
 */
public record SyntheticCheckpoint(int layers, int width, int vocabulary) {
  private static final int POSITIONS = 1024;
  private static final int HEADS = 8;
  private static final long SEED = 20_261_123L;

  /** About 50 MB in 12 layers. */
  static SyntheticCheckpoint gpt2() {
    return new SyntheticCheckpoint(12, 160, 50_257);
  }

  /** Writes a folder with a checkpoint of about so many megabytes: {@code FOLDER MEGABYTES}. */
  public static void main(String[] args) throws IOException {
    if (args.length != 2) {
      throw new BadInputException("give a folder and a number of megabytes");
    }
    long bytes = Long.parseLong(args[1]) << 20;
    // Twelve layers hold 12 * 12 * width^2 numbers of four bytes.
    int width = (int) Math.sqrt(bytes / (4.0 * 12 * 12)) / HEADS * HEADS;
    SyntheticCheckpoint checkpoint = new SyntheticCheckpoint(12, width, 1_000);
    Path folder = Path.of(args[0]);
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("config.json"), checkpoint.config());
    Path model = folder.resolve("model.safetensors");
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(model), 1 << 20)) {
      checkpoint.writeTensors(out);
    }
    System.out.println(model + " has " + Files.size(model) + " bytes");
  }

  /** Writes {@code config.json} and {@code model.safetensors} packed in one folder. */
  public void writeArchive(String name, Path archive) throws IOException {
    GzipParameters stored = new GzipParameters(); // random weights do not compress
    stored.setCompressionLevel(Deflater.NO_COMPRESSION);
    try (AtomicFile file = AtomicFile.create(archive)) {
      try (TarArchiveOutputStream tar =
          new TarArchiveOutputStream(
              new GzipCompressorOutputStream(
                  new BufferedOutputStream(file.stream(), 1 << 20), stored))) {
        byte[] config = config().getBytes(StandardCharsets.UTF_8);
        tar.putArchiveEntry(entry(name + "/config.json", config.length));
        tar.write(config);
        tar.closeArchiveEntry();
        byte[] header = header();
        tar.putArchiveEntry(entry(name + "/model.safetensors", header.length + dataBytes()));
        writeTensors(tar);
        tar.closeArchiveEntry();
      }
      file.commit();
    }
  }

  private static TarArchiveEntry entry(String name, long size) {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(size);
    entry.setModTime(0);
    return entry;
  }

  String config() {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("architectures", List.of("GPT2LMHeadModel"));
    config.put("model_type", "gpt2");
    config.put("n_layer", layers);
    config.put("n_head", HEADS);
    config.put("n_embd", width);
    config.put("n_positions", POSITIONS);
    config.put("vocab_size", vocabulary);
    return Json.write(config);
  }

  private void writeTensors(OutputStream out) throws IOException {
    out.write(header());
    Random random = new Random(SEED);
    byte[] chunk = new byte[64 << 10];
    for (long left = dataBytes(); left > 0; left -= Math.min(left, chunk.length)) {
      ByteBuffer numbers = ByteBuffer.wrap(chunk).order(ByteOrder.LITTLE_ENDIAN);
      while (numbers.hasRemaining()) {
        numbers.putFloat((random.nextInt() >> 8) * 0x1p-23f * 0.02f);
      }
      out.write(chunk, 0, (int) Math.min(left, chunk.length));
    }
  }

  private byte[] header() {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("__metadata__", Map.of("format", "pt"));
    long offset = 0;
    for (Map.Entry<String, List<Integer>> tensor : shapes().entrySet()) {
      long end = offset + 4 * elements(tensor.getValue());
      Map<String, Object> info = new LinkedHashMap<>();
      info.put("dtype", "F32");
      info.put("shape", tensor.getValue());
      info.put("data_offsets", List.of(offset, end));
      header.put(tensor.getKey(), info);
      offset = end;
    }
    byte[] json = Json.writeBytes(header);
    int padded = (json.length + 7) / 8 * 8;
    ByteBuffer bytes = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(padded).put(json);
    while (bytes.hasRemaining()) {
      bytes.put((byte) ' ');
    }
    return bytes.array();
  }

  private long dataBytes() {
    return shapes().values().stream().mapToLong(shape -> 4 * elements(shape)).sum();
  }

  private static long elements(List<Integer> shape) {
    return shape.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
  }

  private Map<String, List<Integer>> shapes() {
    Map<String, List<Integer>> shapes = new LinkedHashMap<>();
    shapes.put("wte.weight", List.of(vocabulary, width));
    shapes.put("wpe.weight", List.of(POSITIONS, width));
    for (int layer = 0; layer < layers; layer++) {
      String prefix = "h." + layer + ".";
      norm(shapes, prefix + "ln_1");
      linear(shapes, prefix + "attn.c_attn", width, 3 * width);
      linear(shapes, prefix + "attn.c_proj", width, width);
      norm(shapes, prefix + "ln_2");
      linear(shapes, prefix + "mlp.c_fc", width, 4 * width);
      linear(shapes, prefix + "mlp.c_proj", 4 * width, width);
    }
    norm(shapes, "ln_f");
    return shapes;
  }

  private void norm(Map<String, List<Integer>> shapes, String name) {
    shapes.put(name + ".weight", List.of(width));
    shapes.put(name + ".bias", List.of(width));
  }

  /** GPT-2's Conv1D keeps its weights as [in, out]. */
  private static void linear(Map<String, List<Integer>> shapes, String name, int in, int out) {
    shapes.put(name + ".weight", List.of(in, out));
    shapes.put(name + ".bias", List.of(out));
  }
}
