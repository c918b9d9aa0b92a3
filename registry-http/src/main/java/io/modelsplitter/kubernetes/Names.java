package io.modelsplitter.kubernetes;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Checks what an operator names, which a cluster would refuse with each object otherwise. */
final class Names {
  private static final String LABEL = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";
  private static final int MAX_SUBDOMAIN = 253;

  private static final Pattern LABELS = Pattern.compile(LABEL);
  private static final Pattern SUBDOMAINS = Pattern.compile(LABEL + "(\\." + LABEL + ")*");
  private static final Pattern VARIABLES = Pattern.compile("[-._a-zA-Z][-._a-zA-Z0-9]*");

  private Names() {}

  /** Of a namespace: a label of DNS (RFC 1123). */
  static void label(String what, String name) {
    check(what, name, LABELS.matcher(name).matches());
  }

  /** Of most other objects: labels with dots between them; null is none. */
  static void subdomain(String what, @Nullable String name) {
    if (name != null) {
      check(what, name, name.length() <= MAX_SUBDOMAIN && SUBDOMAINS.matcher(name).matches());
    }
  }

  /** Of a variable of a container. */
  static void variable(String name) {
    check("a variable", name, VARIABLES.matcher(name).matches());
  }

  private static void check(String what, String name, boolean isGood) {
    if (!isGood) {
      throw new BadInputException(what + " is no name: " + Json.show(name));
    }
  }
}
