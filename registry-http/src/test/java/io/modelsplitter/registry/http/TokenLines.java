package io.modelsplitter.registry.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The lines of token files. */
final class TokenLines {

  private TokenLines() {}

  /** The line of a token without a name. */
  static String of(String role, String token) {
    return role + " " + sha256(token) + "\n";
  }

  /** The line of a token with a name, or with whatever else stands behind it. */
  static String of(String role, String token, String name) {
    return role + " " + sha256(token) + " " + name + "\n";
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
