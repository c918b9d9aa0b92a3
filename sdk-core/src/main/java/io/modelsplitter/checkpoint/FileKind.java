package io.modelsplitter.checkpoint;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.file.ByteReader;
import io.modelsplitter.file.ByteSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;

/** Tells files apart by their names and first bytes, and refuses pickles. */
final class FileKind {

  /** "GGUF", read as a little-endian number. */
  static final int GGUF_MAGIC = 0x46554747;

  private FileKind() {}

  /** A pickle runs code when it is loaded; it is not opened at all. */
  static void refusePickleByName(String name) {
    if (isPickle(name)) {
      throw pickle(name);
    }
  }

  /** By its name, or by its first bytes where the name says nothing. */
  static boolean isGguf(ByteSource file) throws IOException {
    String name = file.name().toLowerCase(Locale.ROOT);
    if (name.endsWith(".gguf") || name.endsWith(".safetensors") || file.size() < 4) {
      return name.endsWith(".gguf");
    }
    ByteBuffer magic = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
    try (ByteReader reader = file.open(0, 4)) {
      reader.read(magic);
    }
    return magic.getInt(0) == GGUF_MAGIC;
  }

  /** What follows the last slash of a path or URL. */
  static String lastName(String name) {
    return name.replaceFirst(".*[/\\\\]", "");
  }

  static boolean isPickle(String name) {
    return name.toLowerCase(Locale.ROOT).matches(".*\\.(bin|pt|pth|ckpt|pkl|pickle)");
  }

  static void refusePickle(String name, ByteBuffer first) {
    int b0 = first.get(0) & 0xFF;
    int b1 = first.get(1) & 0xFF;
    boolean zip = b0 == 'P' && b1 == 'K' && first.get(2) == 3 && first.get(3) == 4;
    boolean pickle = b0 == 0x80 && b1 >= 2 && b1 <= 5 && first.get(7) != 0;
    if (zip || pickle) {
      throw pickle(name);
    }
    if (first.getInt(0) == GGUF_MAGIC) {
      throw new BadInputException(
          name + " is GGUF, whatever its name says; rename it to end with .gguf");
    }
  }

  private static BadInputException pickle(String name) {
    return new BadInputException(
        name + " is a pickle, which can run code when it is loaded; convert it to safetensors");
  }
}
