package io.modelsplitter.registry.embedded;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON value as bytes whose order, byte by byte and unsigned, is MongoDB's order of values. Equal
 * values have equal keys: {@code 1} and {@code 1.0} are one, 2^53 + 1 and 2^53 are two.
 *
 * <p>The first byte is the kind. A number is the next double below it and what remains; text is
 * UTF-8 with a zero byte at its end (and {@code 00 FF} for one within); a list is its elements, an
 * object the kind, name and value of each field, then a zero byte.
 *
 * <p>An index takes no value of any length, so a long one is cut and its digest follows: it is
 * still equal to nothing else, and only among those that begin alike its place in the order is
 * arbitrary.
 *
 * @param bytes the key
 * @param isCut whether the value was too long
 */
@SuppressWarnings("ArrayRecordComponent") // equals compares the bytes
record ValueKey(byte[] bytes, boolean isCut) implements Comparable<ValueKey> {
  /** As a sort knows an empty list: before null. */
  static final byte EMPTY_LIST = 0x08;

  static final byte NULL = 0x10;
  static final byte NUMBER = 0x20;
  static final byte TEXT = 0x30;
  static final byte OBJECT = 0x40;
  static final byte LIST = 0x50;
  static final byte BOOLEAN = 0x60;

  /** How many bytes of text are kept before it is cut. */
  static final int TEXT_BYTES = 512;

  /** How many bytes of an object or a list are kept before it is cut. */
  static final int CONTAINER_BYTES = 64;

  private static final int DIGEST_BYTES = 16;

  /** No key is longer. */
  static final int MAX_BYTES = TEXT_BYTES + DIGEST_BYTES;

  private static final byte END = 0x00;
  private static final int ESCAPED = 0xFF;

  /** After a number whose double is not all of it; greater than what else may follow a number. */
  private static final byte REMAINDER = (byte) 0xFE;

  static ValueKey of(@Nullable Object value) {
    if (value == null) {
      return whole(new byte[] {NULL});
    }
    if (value instanceof Number number) {
      return whole(number(number));
    }
    if (value instanceof Boolean truth) {
      return whole(new byte[] {BOOLEAN, (byte) (truth ? 1 : 0)});
    }
    if (value instanceof String text) {
      return text(text);
    }
    if (value instanceof List<?> list) {
      Container container = new Container(LIST);
      list.forEach(element -> container.add(of(element)));
      return container.key();
    }
    Container container = new Container(OBJECT);
    ((Map<?, ?>) value).forEach((name, field) -> container.add((String) name, of(field)));
    return container.key();
  }

  /** The kind of value that a key stands for. */
  byte kind() {
    return bytes[0];
  }

  /** What every text begins with that begins with this one. */
  static byte[] textPrefix(String text) {
    byte[] utf8 = utf8(text);
    ByteArrayOutputStream out = new ByteArrayOutputStream(utf8.length + 1);
    out.write(TEXT);
    escape(utf8, out);
    return Arrays.copyOf(out.toByteArray(), Math.min(out.size(), TEXT_BYTES));
  }

  private static ValueKey whole(byte[] bytes) {
    return new ValueKey(bytes, false);
  }

  private static ValueKey text(String text) {
    byte[] utf8 = utf8(text);
    ByteArrayOutputStream out = new ByteArrayOutputStream(utf8.length + 2);
    out.write(TEXT);
    escape(utf8, out);
    out.write(END);
    byte[] all = out.toByteArray();
    return all.length <= TEXT_BYTES
        ? whole(all)
        : cut(all, TEXT_BYTES, Digests.sha256().digest(all));
  }

  private static ValueKey cut(byte[] all, int length, byte[] digest) {
    byte[] bytes = Arrays.copyOf(all, length + DIGEST_BYTES);
    System.arraycopy(digest, 0, bytes, length, DIGEST_BYTES);
    return new ValueKey(bytes, true);
  }

  private static void escape(byte[] utf8, ByteArrayOutputStream out) {
    int written = 0;
    for (int i = 0; i < utf8.length; i++) {
      if (utf8[i] == END) {
        out.write(utf8, written, i + 1 - written);
        out.write(ESCAPED);
        written = i + 1;
      }
    }
    out.write(utf8, written, utf8.length - written);
  }

  /** UTF-8, in which half a surrogate pair has its three bytes too, so that no two texts meet. */
  static byte[] utf8(String text) {
    boolean hasSurrogates = false;
    for (int i = 0; i < text.length() && !hasSurrogates; i++) {
      hasSurrogates = Character.isSurrogate(text.charAt(i));
    }
    if (!hasSurrogates) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    text.codePoints()
        .forEach(
            c -> {
              if (c >= 0xD800 && c <= 0xDFFF) {
                out.write(0xE0 | (c >> 12));
                out.write(0x80 | ((c >> 6) & 0x3F));
                out.write(0x80 | (c & 0x3F));
              } else {
                out.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
              }
            });
    return out.toByteArray();
  }

  private static byte[] number(Number number) {
    if (number instanceof Double value) {
      return ByteBuffer.allocate(9).put(NUMBER).putLong(ordered(value)).array();
    }
    long exact = number.longValue();
    double below = exact;
    boolean mayBeRounded = Math.abs(below) >= 0x1p53;
    if (mayBeRounded && new BigDecimal(below).compareTo(BigDecimal.valueOf(exact)) > 0) {
      below = Math.nextDown(below);
    }
    long remainder = exact - (long) below;
    return remainder == 0
        ? ByteBuffer.allocate(9).put(NUMBER).putLong(ordered(below)).array()
        : ByteBuffer.allocate(12)
            .put(NUMBER)
            .putLong(ordered(below))
            .put(REMAINDER)
            .putShort((short) remainder)
            .array();
  }

  /** The bits of a double in the order of their numbers; -0.0 is 0. */
  private static long ordered(double value) {
    long bits = Double.doubleToLongBits(value == 0 ? 0.0 : value);
    return bits < 0 ? ~bits : bits ^ Long.MIN_VALUE;
  }

  /** Whoever sends a document chooses the hash codes; with an order a map of them stays quick. */
  @Override
  public int compareTo(ValueKey other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ValueKey key && Arrays.equals(bytes, key.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** Puts the key of a list or an object together from those of its values. */
  static final class Container {
    private final ByteArrayOutputStream start = new ByteArrayOutputStream();

    /** What a digest is made of, until it is known whether there must be one. */
    private final ByteArrayOutputStream parts = new ByteArrayOutputStream();

    private @Nullable MessageDigest digest;

    Container(byte kind) {
      start.write(kind);
    }

    /** The next element of a list. */
    void add(ValueKey element) {
      append(element);
    }

    /** The next field of an object. */
    void add(String name, ValueKey value) {
      byte[] utf8 = utf8(name);
      if (start.size() <= CONTAINER_BYTES) {
        start.write(value.kind());
        escape(Arrays.copyOf(utf8, Math.min(utf8.length, CONTAINER_BYTES)), start);
        start.write(END);
      }
      digest(utf8);
      append(value);
    }

    private void append(ValueKey value) {
      digest(value.bytes());
      if (start.size() <= CONTAINER_BYTES) {
        start.writeBytes(value.bytes()); // what is cut in it fills what is kept here
      }
    }

    private void digest(byte[] part) {
      if (digest == null && start.size() > CONTAINER_BYTES) {
        digest = Digests.sha256();
        digest.update(parts.toByteArray());
      }
      byte[] length = ByteBuffer.allocate(Integer.BYTES).putInt(part.length).array();
      if (digest == null) {
        parts.writeBytes(length);
        parts.writeBytes(part);
      } else {
        digest.update(length);
        digest.update(part);
      }
    }

    ValueKey key() {
      start.write(END);
      byte[] all = start.toByteArray();
      if (all.length <= CONTAINER_BYTES) {
        return whole(all);
      }
      if (digest == null) {
        digest = Digests.sha256();
        digest.update(parts.toByteArray());
      }
      return cut(all, CONTAINER_BYTES, digest.digest());
    }
  }
}
