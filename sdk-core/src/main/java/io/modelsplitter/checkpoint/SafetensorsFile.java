package io.modelsplitter.checkpoint;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.file.ByteReader;
import io.modelsplitter.file.ByteSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads the headers of safetensors files. */
final class SafetensorsFile {

  /** As the format has it. */
  static final int MAX_HEADER = 100_000_000;

  private SafetensorsFile() {}

  /**
   * Reads and checks the header of a file.
   *
   * @throws BadInputException says what is wrong with the file
   * @throws IOException when it cannot be read
   */
  static SafetensorsHeader header(ByteSource file) throws IOException {
    FileKind.refusePickleByName(file.name());
    long size = file.size();
    if (size < 8) {
      throw SafetensorsHeader.bad(file, "it has only " + size + " bytes");
    }
    ByteBuffer first = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    try (ByteReader reader = file.open(0, 8)) {
      reader.read(first);
    }
    FileKind.refusePickle(file.name(), first);
    long length = first.getLong(0);
    if (length < 0 || length > MAX_HEADER) {
      throw SafetensorsHeader.bad(
          file,
          "its header would have %s bytes, more than %d"
              .formatted(Long.toUnsignedString(length), MAX_HEADER));
    }
    if (length > size - 8) {
      throw SafetensorsHeader.bad(
          file,
          "its header would have %d bytes, but only %d follow; the file is cut off"
              .formatted(length, size - 8));
    }
    try (InputStream header = new SourceStream(file, 8, 8 + length)) {
      return SafetensorsHeader.read(file, header, 8 + length, size - 8 - length);
    }
  }
}
