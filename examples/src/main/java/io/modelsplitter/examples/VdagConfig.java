package io.modelsplitter.examples;

import io.modelsplitter.checkpoint.VdagOptions;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads the {@code vdag} object of a job's {@code model_split_config}. */
final class VdagConfig {
  private static final Set<String> KNOWN =
      Set.of(
          "name",
          "version",
          "release_tag",
          "mode",
          "discovery_tags",
          "min_instances",
          "max_instances");

  private final Map<String, Object> config;

  private VdagConfig(Map<String, Object> config) {
    this.config = config;
  }

  @SuppressWarnings("unchecked") // JSON has no other keys
  static VdagOptions of(Map<String, Object> splitConfig, String modelName, String component) {
    Object value = splitConfig.getOrDefault("vdag", Map.of());
    if (!(value instanceof Map<?, ?> map)) {
      throw new BadInputException("vdag must be an object, not " + Json.show(value));
    }
    return new VdagConfig((Map<String, Object>) map).read(modelName, component);
  }

  private VdagOptions read(String modelName, String component) {
    for (String key : config.keySet()) {
      if (!KNOWN.contains(key)) {
        throw new BadInputException(
            "vdag has the field "
                + Json.show(key)
                + "; known are "
                + KNOWN.stream().sorted().toList());
      }
    }
    VdagOptions defaults = VdagOptions.of(modelName, component);
    return new VdagOptions(
        text("name", defaults.name()),
        text("version", defaults.version()),
        text("release_tag", defaults.releaseTag()),
        text("mode", defaults.mode()),
        tags(),
        component,
        number("min_instances", defaults.minInstances()),
        number("max_instances", defaults.maxInstances()));
  }

  private String text(String key, String missing) {
    Object value = config.getOrDefault(key, missing);
    if (value instanceof String text) {
      return text;
    }
    throw new BadInputException("vdag." + key + " must be a string, not " + Json.show(value));
  }

  private int number(String key, int missing) {
    Object value = config.getOrDefault(key, missing);
    if (value instanceof Integer number) {
      return number;
    }
    throw new BadInputException("vdag." + key + " must be an integer, not " + Json.show(value));
  }

  private List<String> tags() {
    Object value = config.getOrDefault("discovery_tags", List.of());
    if (value instanceof List<?> list && list.stream().allMatch(String.class::isInstance)) {
      return list.stream().map(String.class::cast).toList();
    }
    throw new BadInputException(
        "vdag.discovery_tags must be a list of strings, not " + Json.show(value));
  }
}
