package io.modelsplitter.registry.embedded;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The digest behind what is too long for an index. */
final class Digests {

  /** Copied for each use, which is quicker than asking the platform for another one. */
  private static final MessageDigest UNUSED = create();

  private Digests() {}

  static MessageDigest sha256() {
    try {
      return (MessageDigest) UNUSED.clone();
    } catch (CloneNotSupportedException e) {
      return create();
    }
  }

  private static MessageDigest create() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
