package io.modelsplitter.checkpoint;

import io.modelsplitter.file.AtomicFile;
import io.modelsplitter.file.Digester;
import io.modelsplitter.file.FileDigests;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes the parts that a rank holds as a file, moving their bytes from file to file through one
 * buffer and hashing them on the way.
 *
 * <p>The same tensors give the same bytes, in every job and on every machine: the header has no
 * other metadata than {@code {"format": "pt"}}, and its order and padding are those of the format's
 * own writer. Stateless and thread-safe.
 */
public final class ShardWriter {

  private ShardWriter() {}

  /** Writes files of the checkpoint's format. */
  public static ShardWriter of(Checkpoint checkpoint) {
    return new ShardWriter();
  }

  /**
   * Writes a file that appears whole or not at all.
   *
   * @return size and digests of the file
   * @throws IOException when a file cannot be read or written
   */
  public FileDigests write(List<TensorPart> parts, Path target) throws IOException {
    try (AtomicFile file = AtomicFile.create(target)) {
      FileDigests digests =
          stream(
              parts, (bytes, offset, length) -> file.write(ByteBuffer.wrap(bytes, offset, length)));
      file.commit();
      return digests;
    }
  }

  /**
   * The digests of the file that {@link #write} would make, without making it.
   *
   * @throws IOException when a file cannot be read
   */
  public FileDigests digest(List<TensorPart> parts) throws IOException {
    return stream(parts, (bytes, offset, length) -> {});
  }

  private static FileDigests stream(List<TensorPart> parts, PartReader.Sink sink)
      throws IOException {
    List<TensorPart> ordered = SafetensorsLayout.ordered(parts);
    Digester digester = new Digester();
    PartReader.Sink both =
        (bytes, offset, length) -> {
          digester.update(bytes, offset, length);
          sink.write(bytes, offset, length);
        };
    byte[] header = SafetensorsLayout.header(ordered);
    both.write(header, 0, header.length);
    PartReader reader = new PartReader();
    for (TensorPart part : ordered) {
      reader.read(part, both);
    }
    return digester.finish();
  }
}
