package io.modelsplitter.checkpoint;

import io.modelsplitter.error.BadInputException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/** Opens safetensors files, and says what a file is that is none. */
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
  static SafetensorsHeader header(Path file) throws IOException {
    refuseByName(file);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      ByteBuffer first = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
      if (size < 8) {
        throw SafetensorsHeader.bad(file, "it has only " + size + " bytes");
      }
      readFully(channel, first);
      refuseByContent(file, first);
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
      InputStream header =
          new BufferedInputStream(new Bounded(Channels.newInputStream(channel), length), 64 << 10);
      return SafetensorsHeader.read(file, header, 8 + length, size - 8 - length);
    }
  }

  /** Fills the buffer from the channel's position. */
  static void readFully(FileChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        throw new EOFException("the file became shorter while it was read");
      }
    }
  }

  /** A pickle runs code when it is loaded; it is not opened at all. */
  private static void refuseByName(Path file) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    if (name.matches(".*\\.(bin|pt|pth|ckpt|pkl|pickle)")) {
      throw pickle(file);
    }
    if (name.endsWith(".gguf")) {
      throw new BadInputException(file + " is GGUF, which cannot be split yet; use safetensors");
    }
  }

  private static void refuseByContent(Path file, ByteBuffer first) {
    int b0 = first.get(0) & 0xFF;
    int b1 = first.get(1) & 0xFF;
    boolean zip = b0 == 'P' && b1 == 'K' && first.get(2) == 3 && first.get(3) == 4;
    boolean pickle = b0 == 0x80 && b1 >= 2 && b1 <= 5 && first.get(7) != 0;
    if (zip || pickle) {
      throw pickle(file);
    }
    if (first.getInt(0) == 0x46554747) { // "GGUF"
      throw new BadInputException(file + " is GGUF, which cannot be split yet; use safetensors");
    }
  }

  private static BadInputException pickle(Path file) {
    return new BadInputException(
        file + " is a pickle, which can run code when it is loaded; convert it to safetensors");
  }

  /** The next bytes of a stream and no more. */
  private static final class Bounded extends InputStream {
    private final InputStream in;
    private long left;

    Bounded(InputStream in, long left) {
      this.in = in;
      this.left = left;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      if (left == 0) {
        return -1;
      }
      int read = in.read(buffer, offset, (int) Math.min(length, left));
      left -= Math.max(read, 0);
      return read;
    }
  }
}
