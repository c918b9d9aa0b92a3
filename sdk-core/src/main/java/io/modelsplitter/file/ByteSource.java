package io.modelsplitter.file;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A file whose bytes can be read from any place: on this machine, or on a server that sends ranges.
 * It holds nothing open. Thread-safe.
 *
 * <pre>{@code
 * try (ByteReader bytes = ByteSource.of(path).open(8, 108)) {
 *   bytes.read(buffer);
 * }
 * }</pre>
 */
public interface ByteSource {

  /**
   * {@return a file on this machine} Two of them are equal when their paths are.
   *
   * @param file an existing file
   */
  static ByteSource of(Path file) {
    return new LocalFile(file);
  }

  /** {@return what it is called in messages: a path, or a URL without what may be secret} */
  String name();

  /**
   * {@return how many bytes it has}
   *
   * @throws IOException when that cannot be found out
   */
  long size() throws IOException;

  /**
   * {@return what tells its content from an earlier or later one, as far as that can be told}
   *
   * @throws IOException when that cannot be found out
   */
  String version() throws IOException;

  /**
   * Opens a range of it for reading.
   *
   * @param from the first byte
   * @param to the byte after the last one; no byte outside is asked for
   * @return the reader, at the first byte
   * @throws IOException when it cannot be read
   */
  ByteReader open(long from, long to) throws IOException;

  /**
   * Opens many ranges of it at once, for reading one after the other. How much of what lies between
   * them is read, too, depends on what leaving it out costs: a server is asked for a great many
   * ranges together, and sends little more than these.
   *
   * @param stride the ranges
   * @return the reader, at the first byte of the first range
   * @throws IOException when it cannot be read
   */
  default ByteReader open(Stride stride) throws IOException {
    return new StrideReader(stride, this::open, () -> {});
  }
}
