package io.modelsplitter.checkpoint;

import io.modelsplitter.checkpoint.TensorRule.Treatment;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads architectures from JSON: those that are built in, and a user's own. */
final class ArchitectureReader {
  private static final List<String> BUILT_IN = List.of("llama", "gpt2", "bert", "gguf");

  private static final Set<String> FIELDS =
      Set.of(
          "name",
          "prefix",
          "layer",
          "first",
          "last",
          "every_stage",
          "embedding",
          "head",
          "head_if",
          "heads",
          "kv_heads",
          "tensor_parallel");

  private static final Set<String> RULE_FIELDS =
      Set.of("match", "axis", "parts", "keep", "model_types");

  private final String what;

  private ArchitectureReader(String what) {
    this.what = what;
  }

  /** Those that need no rule file. */
  static List<Architecture> builtIn(@Nullable Object modelType) {
    return BUILT_IN.stream().map(name -> builtIn(name, modelType)).toList();
  }

  private static Architecture builtIn(String name, @Nullable Object modelType) {
    String file = name + ".json";
    try (InputStream in =
        Objects.requireNonNull(ArchitectureReader.class.getResourceAsStream(file))) {
      return read(file, Json.parseObject(file, in.readAllBytes()), modelType);
    } catch (IOException e) {
      throw new IllegalStateException(file + " cannot be read from the library's own jar", e);
    }
  }

  /**
   * @param what for messages
   * @param modelType {@code model_type} of the configuration, for rules that are for some only
   */
  static Architecture read(String what, Map<String, Object> json, @Nullable Object modelType) {
    return new ArchitectureReader(what).read(json, modelType);
  }

  private Architecture read(Map<String, Object> json, @Nullable Object modelType) {
    checkFields(json, FIELDS);
    String layer = text(json, "layer", null);
    int number = layer.indexOf("{layer}");
    if (number < 0 || layer.indexOf("{layer}", number + 1) >= 0) {
      throw bad("\"layer\" must have {layer} once, as in \"model.layers.{layer}.\", not " + layer);
    }
    return new Architecture(
        text(json, "name", "custom"),
        text(json, "prefix", ""),
        layer.substring(0, number),
        layer.substring(number + "{layer}".length()),
        patterns(json, "first"),
        patterns(json, "last"),
        patterns(json, "every_stage"),
        text(json, "embedding", ""),
        text(json, "head", ""),
        patterns(json, "head_if"),
        texts(json, "heads"),
        texts(json, "kv_heads"),
        rules(json, modelType));
  }

  private List<TensorRule> rules(Map<String, Object> json, @Nullable Object modelType) {
    List<TensorRule> rules = new ArrayList<>();
    for (Object element : list(json, "tensor_parallel")) {
      if (!(element instanceof Map<?, ?> rule)) {
        throw bad("\"tensor_parallel\" must be a list of objects, not " + Json.show(element));
      }
      @SuppressWarnings("unchecked") // JSON has no other keys
      Map<String, Object> fields = (Map<String, Object>) rule;
      checkFields(fields, RULE_FIELDS);
      TensorRule read =
          new TensorRule(new NamePattern(text(fields, "match", null)), treatment(fields));
      List<String> types = texts(fields, "model_types");
      if (types.isEmpty() || (modelType instanceof String type && types.contains(type))) {
        rules.add(read);
      }
    }
    return List.copyOf(rules);
  }

  private Treatment treatment(Map<String, Object> rule) {
    if (rule.containsKey("keep") == rule.containsKey("axis")) {
      throw bad("a rule must have either \"axis\" or \"keep\", not " + Json.show(rule));
    }
    Object keep = rule.get("keep");
    if (keep != null) {
      return switch (String.valueOf(keep)) {
        case "all" -> new Treatment.Replicate(false);
        case "all_per_head" -> new Treatment.Replicate(true);
        case "once" -> new Treatment.Once();
        default -> throw bad("\"keep\" must be \"all\", \"all_per_head\" or \"once\", not " + keep);
      };
    }
    if (!(rule.get("axis") instanceof Integer axis) || axis < 0) {
      throw bad("\"axis\" must be 0 or more, not " + Json.show(rule.get("axis")));
    }
    List<TensorRule.Unit> parts = texts(rule, "parts").stream().map(this::unit).toList();
    return new Treatment.Slice(axis, parts.isEmpty() ? List.of(TensorRule.Unit.EVEN) : parts);
  }

  private TensorRule.Unit unit(String name) {
    return Arrays.stream(TensorRule.Unit.values())
        .filter(unit -> unit.name().toLowerCase(Locale.ROOT).equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                bad(
                    "\"parts\" must be of \"heads\", \"kv_heads\", \"even\" and \"uneven\", not "
                        + Json.show(name)));
  }

  private void checkFields(Map<String, Object> json, Set<String> known) {
    for (String field : json.keySet()) {
      if (!known.contains(field)) {
        throw bad("it has the field " + Json.show(field) + "; known are " + sorted(known));
      }
    }
  }

  private static List<String> sorted(Set<String> names) {
    return names.stream().sorted().toList();
  }

  private String text(Map<String, Object> json, String field, @Nullable String missing) {
    Object value = json.getOrDefault(field, missing);
    if (value instanceof String text) {
      return text;
    }
    throw bad("\"%s\" must be a string, not %s".formatted(field, Json.show(value)));
  }

  private List<NamePattern> patterns(Map<String, Object> json, String field) {
    return texts(json, field).stream().map(NamePattern::new).toList();
  }

  private List<String> texts(Map<String, Object> json, String field) {
    List<String> texts = new ArrayList<>();
    for (Object element : list(json, field)) {
      if (!(element instanceof String text)) {
        throw bad(
            "\"%s\" must be a list of strings, not of %s".formatted(field, Json.show(element)));
      }
      texts.add(text);
    }
    return List.copyOf(texts);
  }

  private List<?> list(Map<String, Object> json, String field) {
    Object value = json.get(field);
    if (value == null || value instanceof List<?>) {
      return value == null ? List.of() : (List<?>) value;
    }
    throw bad("\"%s\" must be a list, not %s".formatted(field, Json.show(value)));
  }

  private BadInputException bad(String reason) {
    return new BadInputException("architecture rules " + what + ": " + reason);
  }
}
