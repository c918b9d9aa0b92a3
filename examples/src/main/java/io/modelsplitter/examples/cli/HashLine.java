package io.modelsplitter.examples.cli;

/** A hash and its file, as {@code md5sum} and {@code sha256sum} print and read them. */
final class HashLine {

  private HashLine() {}

  /** A name with a line break is written in one line, and the line begins with a backslash. */
  static String of(String hash, String file) {
    String escaped = file.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
    return (escaped.equals(file) ? "" : "\\") + hash + "  " + escaped + "\n";
  }
}
