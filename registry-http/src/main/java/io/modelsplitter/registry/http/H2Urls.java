package io.modelsplitter.registry.http;

import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;

/** Where the database of a JDBC URL lies, by H2's documentation of its URLs. */
final class H2Urls {
  private static final String H2 = "jdbc:h2:";

  private H2Urls() {}

  static boolean isInMemory(String jdbcUrl) {
    return jdbcUrl.startsWith(H2 + "mem:");
  }

  /** The folder of a database in a file of this machine; none for any other. */
  static Optional<Path> folder(String jdbcUrl) {
    if (!jdbcUrl.startsWith(H2)) {
      return Optional.empty();
    }
    String name = jdbcUrl.substring(H2.length()).split(";", 2)[0].replaceFirst("^file:", "");
    if (name.matches("[A-Za-z]{2,}:.*")) { // tcp, mem, zip; a single letter is a drive
      return Optional.empty();
    }
    String path = name.replaceFirst("^~(?=[/\\\\])", quoted(System.getProperty("user.home")));
    return Optional.ofNullable(Path.of(path).toAbsolutePath().normalize().getParent());
  }

  private static String quoted(String replacement) {
    return Matcher.quoteReplacement(replacement);
  }
}
