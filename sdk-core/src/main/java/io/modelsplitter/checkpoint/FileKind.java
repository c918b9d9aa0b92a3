package io.modelsplitter.checkpoint;

import io.modelsplitter.error.BadInputException;
import java.nio.ByteBuffer;
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
