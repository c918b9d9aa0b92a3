package io.modelsplitter.checkpoint;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.file.ByteSource;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads the little-endian numbers and texts of a GGUF file; never more than the file has. */
final class GgufInput {
  private final ByteSource file;
  private final SourceStream stream;
  private final long size;
  private long position;

  GgufInput(ByteSource file) throws IOException {
    this.file = file;
    this.size = file.size();
    this.stream = new SourceStream(file, 0, size);
  }

  long position() {
    return position;
  }

  long size() {
    return size;
  }

  int u8() throws IOException {
    return little(1).get(0) & 0xFF;
  }

  int u16() throws IOException {
    return little(2).getShort(0) & 0xFFFF;
  }

  int i32() throws IOException {
    return little(4).getInt(0);
  }

  /** Of unsigned numbers those that a long cannot hold are negative. */
  long i64() throws IOException {
    return little(8).getLong(0);
  }

  /** A count or length that something in the rest of the file must back, byte by byte. */
  long count(String what, long leastBytes) throws IOException {
    long count = i64();
    if (count < 0 || count > (size - position) / leastBytes) {
      throw bad(
          "it has %s %s, but only %d bytes follow"
              .formatted(Long.toUnsignedString(count), what, size - position));
    }
    return count;
  }

  String text(String what, int most) throws IOException {
    long length = count("bytes of " + what, 1);
    if (length > most) {
      throw bad("%s has %d bytes, more than %d".formatted(what, length, most));
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(little((int) length)).toString();
    } catch (CharacterCodingException e) {
      throw bad(what + " is no UTF-8");
    }
  }

  void skip(long bytes) throws IOException {
    if (bytes > size - position) {
      throw bad("it ends at byte %d, within a value".formatted(size));
    }
    long skipped = stream.skip(bytes);
    position += skipped;
    if (skipped != bytes) {
      throw new EOFException(file.name() + " became shorter while it was read");
    }
  }

  private ByteBuffer little(int length) throws IOException {
    return ByteBuffer.wrap(bytes(length)).order(ByteOrder.LITTLE_ENDIAN);
  }

  byte[] bytes(int length) throws IOException {
    if (length > size - position) {
      throw bad("it ends at byte %d, within its header".formatted(size));
    }
    byte[] bytes = stream.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException(file.name() + " became shorter while it was read");
    }
    position += length;
    return bytes;
  }

  BadInputException bad(String reason) {
    return new BadInputException(file.name() + " is no valid GGUF file: " + reason);
  }
}
