package io.modelsplitter.checkpoint;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.file.AtomicFile;
import io.modelsplitter.file.Digester;
import io.modelsplitter.file.FileDigests;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes the tensors of one rank as a safetensors file, moving their bytes from file to file
 * through one buffer and hashing them on the way.
 *
 * <p>The same tensors give the same bytes, in every job and on every machine: the header has no
 * other metadata than {@code {"format": "pt"}}, and its order and padding are those of the format's
 * own writer. Stateless and thread-safe.
 */
public final class ShardWriter {
  private static final int BUFFER = 1 << 20;

  /**
   * Writes a file that appears whole or not at all.
   *
   * @return size and digests of the file
   * @throws IOException when a file cannot be read or written
   */
  public FileDigests write(List<Tensor> tensors, Path target) throws IOException {
    try (AtomicFile file = AtomicFile.create(target)) {
      FileDigests digests = stream(tensors, file::write);
      file.commit();
      return digests;
    }
  }

  /**
   * The digests of the file that {@link #write} would make, without making it.
   *
   * @throws IOException when a file cannot be read
   */
  public FileDigests digest(List<Tensor> tensors) throws IOException {
    return stream(tensors, bytes -> {});
  }

  private interface Sink {
    void write(ByteBuffer bytes) throws IOException;
  }

  private static FileDigests stream(List<Tensor> tensors, Sink sink) throws IOException {
    List<Tensor> ordered = SafetensorsLayout.ordered(tensors);
    Digester digester = new Digester();
    byte[] header = SafetensorsLayout.header(ordered);
    digester.update(header, 0, header.length);
    sink.write(ByteBuffer.wrap(header));
    byte[] buffer = new byte[BUFFER];
    try (Sources sources = new Sources()) {
      for (Tensor tensor : ordered) {
        FileChannel source = sources.open(tensor.file());
        long done = 0;
        while (done < tensor.bytes()) {
          int length = (int) Math.min(BUFFER, tensor.bytes() - done);
          read(source, tensor, tensor.offset() + done, buffer, length);
          digester.update(buffer, 0, length);
          sink.write(ByteBuffer.wrap(buffer, 0, length));
          done += length;
        }
      }
    }
    return digester.finish();
  }

  private static void read(
      FileChannel source, Tensor tensor, long position, byte[] buffer, int length)
      throws IOException {
    ByteBuffer target = ByteBuffer.wrap(buffer, 0, length);
    while (target.hasRemaining()) {
      if (source.read(target, position + target.position()) < 0) {
        throw new BadInputException(
            tensor.file() + " became shorter while it was read", new EOFException());
      }
    }
  }

  /** The files that the tensors come from, each opened once. */
  private static final class Sources implements AutoCloseable {
    private final Map<Path, FileChannel> channels = new HashMap<>();

    FileChannel open(Path file) throws IOException {
      FileChannel channel = channels.get(file);
      if (channel == null) {
        channel = FileChannel.open(file, StandardOpenOption.READ);
        channels.put(file, channel);
      }
      return channel;
    }

    @Override
    public void close() throws IOException {
      for (FileChannel channel : channels.values()) {
        channel.close();
      }
    }
  }
}
