package io.modelsplitter.checkpoint;

import io.modelsplitter.file.AtomicFile;
import io.modelsplitter.file.Digester;
import io.modelsplitter.file.FileDigests;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Writes the parts that a rank holds as a file, moving their bytes from file to file through one
 * buffer and hashing them on the way.
 *
 * <p>The same tensors give the same bytes, in every job and on every machine: a safetensors header
 * has no other metadata than {@code {"format": "pt"}}, and its order and padding are those of the
 * format's own writer; a GGUF file keeps of the model's key-values {@code general.architecture},
 * {@code general.alignment} and {@code general.quantization_version} only. Stateless and
 * thread-safe.
 */
public final class ShardWriter {

  private final ShardFormat format;

  private ShardWriter(ShardFormat format) {
    this.format = format;
  }

  /**
   * Writes files of the checkpoint's own format: safetensors or GGUF.
   *
   * @param checkpoint the opened checkpoint
   * @return the writer
   */
  public static ShardWriter of(Checkpoint checkpoint) {
    return new ShardWriter(
        checkpoint
            .gguf()
            .<ShardFormat>map(gguf -> new GgufFormat(gguf.alignment(), gguf.ofPart()))
            .orElseGet(SafetensorsFormat::new));
  }

  /** As {@link #of}, but a GGUF file gets all key-values of the model. */
  static ShardWriter ofModel(Checkpoint checkpoint) {
    return new ShardWriter(
        checkpoint
            .gguf()
            .<ShardFormat>map(gguf -> new GgufFormat(gguf.alignment(), gguf.ofModel()))
            .orElseGet(SafetensorsFormat::new));
  }

  /**
   * Writes a file that appears whole or not at all.
   *
   * @param parts what the file holds, in this order
   * @param target the file to write; one that is there is replaced
   * @return size and digests of the file
   * @throws IOException when a file cannot be read or written
   */
  public FileDigests write(List<TensorPart> parts, Path target) throws IOException {
    return write(parts, target, written -> {});
  }

  /**
   * As {@link #write(List, Path)}, for who wants to know how far it is.
   *
   * @param parts what the file holds, in this order
   * @param target the file to write; one that is there is replaced
   * @param written hears of so many bytes each time that some were written; what it throws ends the
   *     work
   * @return size and digests of the file
   * @throws IOException when a file cannot be read or written
   */
  public FileDigests write(List<TensorPart> parts, Path target, LongConsumer written)
      throws IOException {
    try (AtomicFile file = AtomicFile.create(target)) {
      FileDigests digests =
          stream(
              parts,
              bytes -> {
                int count = bytes.remaining();
                file.write(bytes);
                written.accept(count);
              });
      file.commit();
      return digests;
    }
  }

  /**
   * {@return the digests of the file that {@link #write} would make, without making it}
   *
   * @param parts what the file holds, in this order
   * @throws IOException when a file cannot be read
   */
  public FileDigests digest(List<TensorPart> parts) throws IOException {
    return stream(parts, bytes -> {});
  }

  private FileDigests stream(List<TensorPart> parts, PartReader.Sink sink) throws IOException {
    Digester digester = new Digester();
    format.write(
        parts,
        bytes -> {
          digester.update(bytes.duplicate());
          sink.write(bytes);
        });
    return digester.finish();
  }
}
