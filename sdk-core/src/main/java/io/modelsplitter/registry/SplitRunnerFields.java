package io.modelsplitter.registry;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import io.modelsplitter.query.Update;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The wire names of a {@link SplitRunner} and of a {@link NewSplitRunner}. */
final class SplitRunnerFields {
  private static final Set<String> KNOWN =
      Set.of(
          "split_runner_id",
          "split_runner_public_url",
          "split_runner_metadata",
          "split_runner_public_host",
          "split_runner_tags");

  private static final Set<String> KNOWN_NEW =
      Set.of(
          "cluster_k8s_config",
          "split_runner_public_host",
          "split_runner_metadata",
          "split_runner_tags");

  /** A name or an IPv4 address, or an IPv6 address as it stands in a URL. */
  private static final Pattern HOST =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]{0,252}[A-Za-z0-9])?|\\[[0-9A-Fa-f:.]{2,45}]");

  private SplitRunnerFields() {}

  static SplitRunner read(Map<String, ?> fields) {
    FieldErrors errors = new FieldErrors("split runner");
    checkKnown(fields.keySet(), KNOWN, errors);
    return build(fields, errors);
  }

  static NewSplitRunner readNew(Map<String, ?> fields) {
    FieldErrors errors = new FieldErrors("split runner");
    checkKnown(fields.keySet(), KNOWN_NEW, errors);
    Map<String, Object> config = config(fields.get("cluster_k8s_config"), errors);
    String host = text(fields, "split_runner_public_host", errors);
    if (!host.isEmpty()) {
      checkHost(host, errors);
    }
    Map<String, Object> metadata = metadata(fields.get("split_runner_metadata"), errors);
    List<String> tags = tags(fields.get("split_runner_tags"), errors);
    errors.throwIfAny();
    return new NewSplitRunner(config, host, metadata, tags);
  }

  static SplitRunner update(SplitRunner runner, Update update) {
    FieldErrors errors = new FieldErrors("split runner");
    Set<String> changed = update.fields();
    if (changed.contains("split_runner_id")) {
      errors.add("split_runner_id is the key and cannot change");
    }
    if (changed.contains("cluster_k8s_config")) {
      errors.add("cluster_k8s_config cannot change; create a split runner with the new one");
    }
    changed.stream()
        .filter(field -> !KNOWN_NEW.contains(field))
        .filter(field -> !KNOWN.contains(field))
        .forEach(field -> errors.add(Json.show(field) + " is not a field of a split runner"));
    errors.throwIfAny();
    SplitRunner after = build(update.apply(runner.toMap()), errors);
    String host = after.splitRunnerPublicHost();
    if (host.equals(runner.splitRunnerPublicHost())) {
      return after;
    }
    checkHost(host, errors);
    errors.throwIfAny();
    String old = "http://" + runner.splitRunnerPublicHost() + ":";
    String url = after.splitRunnerPublicUrl();
    if (changed.contains("split_runner_public_url") || !url.startsWith(old)) {
      return after;
    }
    return new SplitRunner(
        after.splitRunnerId(),
        "http://" + host + ":" + url.substring(old.length()),
        after.splitRunnerMetadata(),
        host,
        after.splitRunnerTags());
  }

  /** A kubeconfig, which a message never shows, not even where it is none. */
  static Map<String, Object> config(@Nullable Object value, FieldErrors errors) {
    if (value == null) {
      errors.missingOrWrong("cluster_k8s_config", null, "a kubeconfig as a JSON object");
    } else if (!(value instanceof Map<?, ?> map)) {
      errors.add("cluster_k8s_config must be a kubeconfig as a JSON object, not something else");
    } else if (map.isEmpty()) {
      errors.add("cluster_k8s_config is empty; it must be a kubeconfig as a JSON object");
    } else {
      try {
        return object("cluster_k8s_config", map);
      } catch (BadInputException e) {
        errors.add("cluster_k8s_config holds something that JSON cannot, or is nested too deep");
      }
    }
    return Map.of();
  }

  /** What becomes part of a URL. */
  static void checkHost(String host, FieldErrors errors) {
    if (!HOST.matcher(host).matches()) {
      errors.add(
          "split_runner_public_host must be a host name or an IP address, not " + Json.show(host));
    }
  }

  static void checkText(String name, String value, FieldErrors errors) {
    if (value.isEmpty()) {
      errors.missingOrWrong(name, value, "a non-empty string");
    }
    errors.text(name, value);
  }

  static Map<String, Object> metadata(@Nullable Object value, FieldErrors errors) {
    try {
      if (value instanceof Map<?, ?> map) {
        return object("split_runner_metadata", map);
      }
      if (value != null) {
        errors.missingOrWrong("split_runner_metadata", value, "an object");
      }
    } catch (BadInputException e) {
      errors.add(String.valueOf(e.getMessage()));
    }
    return Map.of();
  }

  private static SplitRunner build(Map<String, ?> fields, FieldErrors errors) {
    String id = text(fields, "split_runner_id", errors);
    if (!id.isEmpty()) {
      errors.id("split_runner_id", id);
    }
    String url = text(fields, "split_runner_public_url", errors);
    errors.text("split_runner_public_url", url);
    Map<String, Object> metadata = metadata(fields.get("split_runner_metadata"), errors);
    String host = text(fields, "split_runner_public_host", errors);
    errors.text("split_runner_public_host", host);
    List<String> tags = tags(fields.get("split_runner_tags"), errors);
    errors.throwIfAny();
    return new SplitRunner(id, url, metadata, host, tags);
  }

  private static void checkKnown(Set<String> names, Set<String> known, FieldErrors errors) {
    for (String name : names) {
      if (!known.contains(name)) {
        errors.add(Json.show(name) + " is not a field of a split runner");
      }
    }
  }

  private static String text(Map<String, ?> fields, String name, FieldErrors errors) {
    Object value = fields.get(name);
    if (value instanceof String text && !text.isEmpty()) {
      return text;
    }
    errors.missingOrWrong(name, value, "a non-empty string");
    return "";
  }

  private static List<String> tags(@Nullable Object value, FieldErrors errors) {
    if (value == null) {
      return List.of();
    }
    if (value instanceof List<?> list && list.stream().allMatch(String.class::isInstance)) {
      return list.stream().map(String.class::cast).toList();
    }
    errors.missingOrWrong("split_runner_tags", value, "a list of strings");
    return List.of();
  }

  @SuppressWarnings("unchecked") // Json.copyOf checks that every key is a string
  private static Map<String, Object> object(String name, Map<?, ?> map) {
    return Json.copyOf(name, (Map<String, Object>) map, 1);
  }
}
