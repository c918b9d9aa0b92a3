package io.modelsplitter.kubernetes;

import io.modelsplitter.error.BadInputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which keys a kubeconfig from outside may have, and where. All others are refused, also where they
 * would do nothing, and in the entries that nobody asks for: {@code exec} and {@code auth-provider}
 * run programs, {@code tokenFile} and its like read this machine's disk.
 */
final class KubeconfigKeys {
  private static final int MAX_NAME = 80;

  /** {@code extensions} may be there, and are never looked into. */
  private static final Set<String> ROOT =
      Set.of(
          "apiVersion",
          "kind",
          "preferences",
          "current-context",
          "contexts",
          "clusters",
          "users",
          "extensions");

  private static final Set<String> CONTEXT = Set.of("cluster", "user", "namespace", "extensions");

  private static final Set<String> CLUSTER =
      Set.of("server", "certificate-authority-data", "tls-server-name", "extensions");

  private static final Set<String> USER =
      Set.of(
          "client-certificate-data",
          "client-key-data",
          "token",
          "username",
          "password",
          "extensions");

  private final List<String> refused = new ArrayList<>();
  private final List<String> wrong = new ArrayList<>();

  private KubeconfigKeys() {}

  /** Looks at every key and every kind of value; opens, resolves and calls nothing. */
  static void check(Map<String, Object> kubeconfig) {
    KubeconfigKeys keys = new KubeconfigKeys();
    keys.names("", kubeconfig, ROOT);
    keys.texts("", kubeconfig, Set.of("apiVersion", "kind", "current-context"));
    Object preferences = kubeconfig.get("preferences");
    if (preferences instanceof Map<?, ?> map) {
      keys.names("preferences.", map, Set.of("extensions"));
    } else if (preferences != null) {
      keys.wrong.add("preferences must be an object");
    }
    keys.entries(kubeconfig, "contexts", "context", CONTEXT);
    keys.entries(kubeconfig, "clusters", "cluster", CLUSTER);
    keys.entries(kubeconfig, "users", "user", USER);
    keys.throwIfAny();
  }

  private void entries(Map<String, Object> root, String list, String kind, Set<String> allowed) {
    if (!(root.get(list) instanceof List<?> entries)) {
      wrong.add(list + " must be a list");
      return;
    }
    for (int i = 0; i < entries.size(); i++) {
      String path = list + "[" + i + "]";
      if (!(entries.get(i) instanceof Map<?, ?> entry)) {
        wrong.add(path + " must be an object");
        continue;
      }
      names(path + ".", entry, Set.of("name", kind));
      texts(path + ".", entry, Set.of("name"));
      if (entry.get(kind) instanceof Map<?, ?> content) {
        names(path + "." + kind + ".", content, allowed);
        texts(path + "." + kind + ".", content, allowed);
      } else {
        wrong.add(path + "." + kind + " must be an object");
      }
    }
  }

  private void names(String path, Map<?, ?> object, Set<String> allowed) {
    for (Object key : object.keySet()) {
      String name = String.valueOf(key);
      if (!allowed.contains(name)) {
        refused.add(path + shown(name));
      }
    }
  }

  private void texts(String path, Map<?, ?> object, Set<String> names) {
    for (String name : names.stream().sorted().toList()) {
      @Nullable Object value = object.get(name);
      if (value != null && !(value instanceof String) && !name.equals("extensions")) {
        wrong.add(path + name + " must be a string");
      }
    }
  }

  private static String shown(String name) {
    String cut = name.length() <= MAX_NAME ? name : name.substring(0, MAX_NAME) + "...";
    return cut.replaceAll("[^\\x20-\\x7e]", "?");
  }

  private void throwIfAny() {
    List<String> all = new ArrayList<>();
    if (!refused.isEmpty()) {
      all.add(
          "kubeconfig keys that are not allowed: "
              + String.join(", ", refused)
              + " (give the data itself: certificate-authority-data, client-certificate-data with"
              + " client-key-data, token, or username with password)");
    }
    if (!wrong.isEmpty()) {
      all.add("kubeconfig: " + String.join(", ", wrong));
    }
    if (!all.isEmpty()) {
      throw new BadInputException(String.join("; ", all));
    }
  }
}
