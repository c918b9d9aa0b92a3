package io.modelsplitter.kubernetes;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** What must not be shown of a kubeconfig: a hostile server may repeat it in its answers. */
final class Secrets {
  /** Less than this is in every text by chance. */
  private static final int LEAST = 4;

  private final List<String> secrets = new ArrayList<>();

  private Secrets() {}

  static Secrets of(Map<String, Object> kubeconfig) {
    Secrets all = new Secrets();
    for (Map<String, Object> entry : Fields.objects(kubeconfig, "users")) {
      for (Object value : Fields.object(entry, "user").values()) {
        if (value instanceof String text && text.length() >= LEAST) {
          all.secrets.add(text);
        }
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
}
