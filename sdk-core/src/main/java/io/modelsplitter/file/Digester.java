package io.modelsplitter.file;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Computes {@link FileDigests} of bytes as they pass by. For one file, used by one thread. */
public final class Digester {
  private final MessageDigest md5 = algorithm("MD5");
  private final MessageDigest sha256 = algorithm("SHA-256");
  private long bytes;

  /** Takes the next bytes. */
  public void update(byte[] buffer, int offset, int length) {
    md5.update(buffer, offset, length);
    sha256.update(buffer, offset, length);
    bytes += length;
  }

  /** The digests of everything taken; the digester is used up. */
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
