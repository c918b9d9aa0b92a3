package io.modelsplitter.kubernetes;

import io.modelsplitter.error.Problems;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** What must not be shown of a kubeconfig: a hostile server may repeat it in its answers. */
final class Secrets {
  /** Of a server that is trusted. */
  static final Secrets NONE = new Secrets();

  /** Less than this is in every text by chance. */
  private static final int LEAST = 4;

  private final List<String> secrets = new ArrayList<>();

  private Secrets() {}

  static Secrets of(Map<String, Object> kubeconfig) {
    Secrets all = new Secrets();
    for (Map<String, Object> entry : Fields.objects(kubeconfig, "users")) {
      Map<String, Object> user = Fields.object(entry, "user");
      for (Object value : user.values()) {
        if (value instanceof String text && text.length() >= LEAST) {
          all.secrets.add(text);
        }
      }
      if (user.get("username") instanceof String name
          && user.get("password") instanceof String password) { // as it goes over the wire
        byte[] both = (name + ":" + password).getBytes(StandardCharsets.UTF_8);
        all.secrets.add(Base64.getEncoder().encodeToString(both));
      }
    }
    all.secrets.sort(Comparator.comparing(String::length).reversed());
    return all;
  }

  String hide(String message) {
    String hidden = message;
    for (String secret : secrets) {
      hidden = hidden.replace(secret, "***");
    }
    return hidden;
  }

  /** As {@link Problems#oneLine}; hidden before it is cut, since half a secret is not found. */
  String oneLine(String text) {
    return Problems.oneLine(hide(text));
  }
}
