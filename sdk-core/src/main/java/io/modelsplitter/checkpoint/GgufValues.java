package io.modelsplitter.checkpoint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the values of GGUF's key-values, and passes over those that nobody asks for. */
final class GgufValues {
  private static final int STRING = 8;
  private static final int ARRAY = 9;
  private static final int MAX_DEPTH = 4;

  /** Longer texts and lists are no settings; vocabularies are. */
  private static final int MAX_KEPT = 4_096;

  /** The sizes of the types by their numbers; 0 for those that have none. */
  private static final int[] SIZES = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

  /** Of all that are kept together: a model has some hundred, a file from outside may have more. */
  private static final long MAX_KEPT_OF_ALL = 1 << 20;

  private final GgufInput in;
  private long kept;

  GgufValues(GgufInput in) {
    this.in = in;
  }

  /** The value, or null where it is none that is kept. */
  @Nullable Object read(String key) throws IOException {
    return read(key, in.i32(), 0);
  }

  private @Nullable Object read(String key, int type, int depth) throws IOException {
    if (type == STRING) {
      return text(key);
    }
    if (type == ARRAY) {
      return array(key, depth);
    }
    return scalar(key, type);
  }

  private Object scalar(String key, int type) throws IOException {
    return switch (type) {
      case 0 -> in.u8();
      case 1 -> (int) (byte) in.u8();
      case 2 -> in.u16();
      case 3 -> (int) (short) in.u16();
      case 4 -> number(Integer.toUnsignedLong(in.i32()));
      case 5 -> in.i32();
      case 6 -> (double) Float.intBitsToFloat(in.i32());
      case 7 -> in.u8() != 0;
      case 10, 11 -> number(in.i64());
      case 12 -> Double.longBitsToDouble(in.i64());
      default -> throw in.bad("the value of " + key + " has the type " + type);
    };
  }

  /**
   * Counts letters and numbers that go into memory, where each takes more room than in the file.
   */
  private void keep(long count) {
    kept += count;
    if (kept > MAX_KEPT_OF_ALL) {
      throw in.bad("its settings have more than " + MAX_KEPT_OF_ALL + " letters and numbers");
    }
  }

  private static Object number(long value) {
    return value == (int) value ? (Object) (int) value : (Object) value;
  }

  private @Nullable Object text(String key) throws IOException {
    long length = in.count("bytes of " + key, 1);
    if (length > MAX_KEPT) {
      in.skip(length);
      return null;
    }
    keep(length);
    return new String(in.bytes((int) length), StandardCharsets.UTF_8);
  }

  private @Nullable Object array(String key, int depth) throws IOException {
    if (depth == MAX_DEPTH) {
      throw in.bad("the value of " + key + " is nested deeper than " + MAX_DEPTH + " lists");
    }
    int type = in.i32();
    boolean isPlain = type >= 0 && type < SIZES.length && SIZES[type] > 0;
    if (!isPlain && type != STRING && type != ARRAY) {
      throw in.bad("the value of " + key + " is a list of the type " + type);
    }
    long count = in.count("values in " + key, isPlain ? SIZES[type] : type == STRING ? 8 : 12);
    if (isPlain && count > MAX_KEPT) {
      in.skip(count * SIZES[type]);
      return null;
    }
    if (isPlain) {
      keep(count);
    }
    List<Object> values = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      if (type == STRING) {
        in.skip(in.count("bytes of a text in " + key, 1));
      } else if (type == ARRAY) {
        Object unused = array(key, depth + 1);
      } else {
        values.add(scalar(key, type));
      }
    }
    return isPlain ? List.copyOf(values) : null;
  }
}
