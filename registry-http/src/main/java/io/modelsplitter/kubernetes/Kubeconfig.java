package io.modelsplitter.kubernetes;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import okhttp3.Credentials;
import org.jspecify.annotations.Nullable;

/**
 * A kubeconfig that somebody sent, with the keys checked and the current context looked up. It is
 * hostile until shown otherwise, so no loader of a library ever sees it. Nothing shows what is in
 * it: not a message, not {@code toString}.
 */
final class Kubeconfig {
  private final Map<String, Object> cluster;
  private final Map<String, Object> user;
  private final String clusterPath;
  private final String userPath;

  private Kubeconfig(Entry cluster, Entry user) {
    this.cluster = cluster.content();
    this.user = user.content();
    this.clusterPath = cluster.path();
    this.userPath = user.path();
  }

  /** Reads the object; a message names every key that is not allowed. */
  static Kubeconfig parse(Map<String, Object> kubeconfig) {
    KubeconfigKeys.check(kubeconfig);
    String current = Fields.text(kubeconfig, "current-context");
    if (current == null || current.isEmpty()) {
      throw new BadInputException("kubeconfig: current-context is missing");
    }
    Entry context = entry(kubeconfig, "contexts", "context", current, "current-context");
    return new Kubeconfig(
        entry(kubeconfig, "clusters", "cluster", context.text("cluster"), context.path()),
        entry(kubeconfig, "users", "user", context.text("user"), context.path()));
  }

  /** Checks the server's address and makes a client that calls this address alone. */
  KubernetesClient client(boolean allowLocalAddresses, Secrets secrets) {
    String serverName = Fields.text(cluster, "tls-server-name");
    ServerAddress address =
        ServerAddress.check(
            clusterPath + ".server",
            Fields.text(cluster, "server"),
            clusterPath + ".tls-server-name",
            serverName);
    Tls tls = tls();
    String authorization = authorization();
    return KubernetesClient.of(
        address.resolve(allowLocalAddresses).client(tls, authorization),
        address.baseUrl(),
        KubernetesClient.MAX_ANSWER_OF_STRANGERS,
        secrets);
  }

  private Tls tls() {
    byte[] authorities = data(cluster, clusterPath, "certificate-authority-data");
    Tls tls =
        authorities == null
            ? Tls.standard()
            : Tls.trusting(authorities, clusterPath + ".certificate-authority-data");
    byte[] certificate = data(user, userPath, "client-certificate-data");
    byte[] key = data(user, userPath, "client-key-data");
    if (certificate == null && key == null) {
      return tls;
    }
    if (certificate == null || key == null) {
      throw new BadInputException(
          userPath + " must have both client-certificate-data and client-key-data, or neither");
    }
    return tls.as(
        certificate, key, userPath + ".client-certificate-data", userPath + ".client-key-data");
  }

  private @Nullable String authorization() {
    String token = Fields.text(user, "token");
    if (token != null && !token.isEmpty()) {
      if (!token.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
        throw new BadInputException(userPath + ".token holds characters that no token has");
      }
      return "Bearer " + token;
    }
    String name = Fields.text(user, "username");
    String password = Fields.text(user, "password");
    if (name == null && password == null) {
      return null;
    }
    if (name == null || password == null) {
      throw new BadInputException(userPath + " must have both username and password, or neither");
    }
    return Credentials.basic(name, password, StandardCharsets.UTF_8);
  }

  private static byte @Nullable [] data(Map<String, Object> from, String path, String name) {
    String text = Fields.text(from, name);
    if (text == null || text.isEmpty()) {
      return null;
    }
    try {
      return Base64.getDecoder().decode(text.replaceAll("\\s", ""));
    } catch (IllegalArgumentException e) { // which may quote it
      throw new BadInputException(path + "." + name + " is not base64");
    }
  }

  private record Entry(String path, Map<String, Object> content) {
    @Nullable String text(String name) {
      return Fields.text(content, name);
    }

    @Override
    public String toString() {
      return path;
    }
  }

  private static Entry entry(
      Map<String, Object> root, String list, String kind, @Nullable String name, String from) {
    List<Map<String, Object>> entries = Fields.objects(root, list);
    Entry found = null;
    for (int i = 0; i < entries.size(); i++) {
      if (name != null && name.equals(entries.get(i).get("name"))) {
        if (found != null) {
          throw new BadInputException(
              "kubeconfig: " + list + " holds " + Json.show(name) + " twice");
        }
        found = new Entry(list + "[" + i + "]." + kind, Fields.object(entries.get(i), kind));
      }
    }
    if (found == null) {
      throw new BadInputException(
          "kubeconfig: "
              + from
              + " names the "
              + kind
              + " "
              + Json.show(name)
              + ", which is not among "
              + list);
    }
    return found;
  }

  @Override
  public String toString() {
    return "Kubeconfig";
  }
}
