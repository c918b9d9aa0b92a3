package io.modelsplitter.file;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Computes {@link FileDigests} of bytes as they pass by. For one file, used by one thread. */
public final class Digester {
  private final MessageDigest md5 = algorithm("MD5");
  private final MessageDigest sha256 = algorithm("SHA-256");
  private byte[] scratch = new byte[0];
  private long bytes;

  /**
   * Takes the next bytes.
   *
   * @param buffer holds the bytes
   * @param offset of the first byte
   * @param length how many bytes
   */
  public void update(byte[] buffer, int offset, int length) {
    md5.update(buffer, offset, length);
    sha256.update(buffer, offset, length);
    bytes += length;
  }

  /**
   * Takes all bytes of the buffer.
   *
   * @param next taken from its position to its limit
   */
  public void update(ByteBuffer next) {
    if (next.hasArray()) {
      update(next.array(), next.arrayOffset() + next.position(), next.remaining());
      next.position(next.limit());
      return;
    }
    if (scratch.length < next.remaining()) {
      scratch = new byte[next.remaining()];
    }
    int length = next.remaining();
    next.get(scratch, 0, length); // once, where each digest would do it
    update(scratch, 0, length);
  }

  /** {@return the digests of everything taken; the digester is used up} */
  public FileDigests finish() {
    HexFormat hex = HexFormat.of();
    return new FileDigests(bytes, hex.formatHex(md5.digest()), hex.formatHex(sha256.digest()));
  }

  static MessageDigest algorithm(String name) {
    try {
      return MessageDigest.getInstance(name);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no " + name, e); // every Java must have both
    }
  }
}
