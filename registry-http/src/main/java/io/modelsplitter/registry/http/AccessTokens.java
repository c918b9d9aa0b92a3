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
 * {@code admin}, then the SHA-256 of the token in hex; a {@code #} begins a comment. The token
 * itself is in no file of the server. What each role may do, {@link Access} says. Immutable.
 */
final class AccessTokens {
  private static final Pattern LINE =
      Pattern.compile("(read|write|admin)\\s+([0-9A-Fa-f]{64})\\s*(#.*)?");

  /** Roles by the SHA-256 of their tokens, in lower-case hex. */
  private final Map<String, Role> roles;

  private AccessTokens(Map<String, Role> roles) {
    this.roles = Map.copyOf(roles);
  }

  static AccessTokens read(Path file) {
    Map<String, Role> roles = new HashMap<>();
    int number = 0;
    for (String line : lines(file)) {
      number++;
      if (line.isBlank() || line.strip().startsWith("#")) {
        continue;
      }
      Matcher matcher = LINE.matcher(line.strip());
      if (!matcher.matches()) {
        throw new BadInputException(
            "line %d of the token file %s must be: read|write|admin, then the token's SHA-256 in hex"
                .formatted(number, file));
      }
      Role role = Role.valueOf(matcher.group(1).toUpperCase(Locale.ROOT));
      roles.merge(
          matcher.group(2).toLowerCase(Locale.ROOT), role, (a, b) -> a.compareTo(b) > 0 ? a : b);
    }
    if (roles.isEmpty()) {
      throw new BadInputException("the token file " + file + " has no token");
    }
    return new AccessTokens(roles);
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new BadInputException("cannot read the token file " + file, e);
    }
  }

  /** Every token is compared, each in constant time, so that the time taken tells nothing. */
  Optional<Role> role(String token) {
    byte[] sent = sha256(token);
    Optional<Role> found = Optional.empty();
    for (Map.Entry<String, Role> known : roles.entrySet()) {
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
