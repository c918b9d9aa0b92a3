package io.modelsplitter.registry.http;

import io.modelsplitter.error.BadInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The tokens that are let in. The file has a line for each token: {@code read}, {@code write} or
 * {@code admin}, then the SHA-256 of the token in hex, then, for the access log, a name of 1 to 64
 * characters of {@code [A-Za-z0-9._-]}; without one it is the role and the number of the line. A
 * {@code #} begins a comment. The token itself is in no file of the server. What each role may do,
 * {@link Access} says. Immutable.
 */
final class AccessTokens {
  private static final Pattern LINE =
      Pattern.compile(
          "(read|write|admin)\\s+([0-9A-Fa-f]{64})(?:\\s+([A-Za-z0-9._-]{1,64}))?\\s*(#.*)?");

  /** Who holds which token, by its SHA-256 in lower-case hex. */
  private final Map<String, Caller.Known> holders;

  private AccessTokens(Map<String, Caller.Known> holders) {
    this.holders = Map.copyOf(holders);
  }

  static AccessTokens read(Path file) {
    Map<String, Caller.Known> holders = new HashMap<>();
    int number = 0;
    for (String line : lines(file)) {
      number++;
      if (line.isBlank() || line.strip().startsWith("#")) {
        continue;
      }
      Matcher matcher = LINE.matcher(line.strip());
      if (!matcher.matches()) {
        throw new BadInputException(
            ("line %d of the token file %s must be: read|write|admin, then the token's SHA-256 in hex,"
                    + " then a name or nothing")
                .formatted(number, file));
      }
      Role role = Role.valueOf(matcher.group(1).toUpperCase(Locale.ROOT));
      String hash = matcher.group(2).toLowerCase(Locale.ROOT);
      String name = matcher.group(3) == null ? role.word() + ":" + number : matcher.group(3);
      if (HexFormat.of().formatHex(sha256(name)).equals(hash)) {
        throw new BadInputException(
            "line %d of the token file %s has the token itself for a name; give another"
                .formatted(number, file));
      }
      holders.merge(
          hash, new Caller.Known(role, name), (a, b) -> a.role().compareTo(b.role()) > 0 ? a : b);
    }
    if (holders.isEmpty()) {
      throw new BadInputException("the token file " + file + " has no token");
    }
    return new AccessTokens(holders);
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new BadInputException("cannot read the token file " + file, e);
    }
  }

  /** Every token is compared, each in constant time, so that the time taken tells nothing. */
  Optional<Caller.Known> holder(String token) {
    byte[] sent = sha256(token);
    Optional<Caller.Known> found = Optional.empty();
    for (Map.Entry<String, Caller.Known> known : holders.entrySet()) {
      if (MessageDigest.isEqual(HexFormat.of().parseHex(known.getKey()), sent)) {
        found = Optional.of(known.getValue());
      }
    }
    return found;
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }
}
