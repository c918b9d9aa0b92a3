package io.modelsplitter.registry.http;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import io.modelsplitter.error.AccessDeniedException;
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
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who may do what. The file has a line for each token: {@code read}, {@code write} or {@code
 * admin}, then the SHA-256 of the token in hex; a {@code #} begins a comment. The token itself is
 * in no file of the server.
 *
 * <p>{@code read} may get and query; {@code write} and {@code admin} may also create, change and
 * delete.
 */
final class AccessTokens {
  /** What is asked by POST changes nothing. */
  private static final Set<String> QUERIES =
      Set.of("/model-layers", "/split-runners", "/tasks", "/blocks/query");

  private static final Pattern LINE =
      Pattern.compile("(read|write|admin)\\s+([0-9A-Fa-f]{64})\\s*(#.*)?");

  private enum Role {
    READ,
    WRITE,
    ADMIN
  }

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

  /** Stops a request whose token does not allow it. */
  void check(Context ctx) {
    if (HealthRoutes.PATHS.contains(ctx.path()) || DocumentationRoutes.PATHS.contains(ctx.path())) {
      return;
    }
    Role role = role(ctx.header("Authorization"));
    Role needed = needed(ctx.method(), ctx.path());
    if (role.compareTo(needed) < 0) {
      throw new AccessDeniedException(
          "this needs a token with the role " + needed.name().toLowerCase(Locale.ROOT));
    }
  }

  private static Role needed(HandlerType method, String path) {
    boolean query =
        HandlerType.POST.equals(method) // a record may be named as an endpoint is
            && QUERIES.contains(path.endsWith("/") ? path.substring(0, path.length() - 1) : path);
    if (HandlerType.GET.equals(method) || HandlerType.HEAD.equals(method) || query) {
      return Role.READ;
    }
    return Role.WRITE;
  }

  /** Every token is compared, each in constant time, so that the time taken tells nothing. */
  private Role role(@Nullable String header) {
    byte[] sent = sha256(header == null ? "" : header.replaceFirst("^(?i:Bearer) +", ""));
    Optional<Role> found = Optional.empty();
    for (Map.Entry<String, Role> known : roles.entrySet()) {
      if (MessageDigest.isEqual(HexFormat.of().parseHex(known.getKey()), sent)) {
        found = Optional.of(known.getValue());
      }
    }
    return found.orElseThrow(
        () -> new HttpResponseException(401, "a valid Bearer token is needed"));
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }
}
