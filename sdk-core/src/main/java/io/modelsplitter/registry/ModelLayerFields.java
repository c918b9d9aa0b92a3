package io.modelsplitter.registry;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import io.modelsplitter.query.Update;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The wire names of a {@link ModelLayer}, in the full and the short form. */
final class ModelLayerFields {
  private static final Map<String, String> FULL_NAMES =
      Map.of("layer_hash", "model_layer_hash", "layer_metadata", "model_layer_metadata");

  private static final Set<String> KNOWN =
      Set.of(
          "model_layer_hash",
          "model_asset_id",
          "model_component_registry_uri",
          "model_layer_public_url",
          "model_layer_metadata",
          "model_layer_rank",
          "model_world_size");

  private ModelLayerFields() {}

  static ModelLayer read(Map<String, ?> fields) {
    FieldErrors errors = new FieldErrors("model layer");
    boolean shortForm = fields.containsKey("layer_hash");
    Map<String, Object> full = new LinkedHashMap<>();
    for (Map.Entry<String, ?> field : fields.entrySet()) {
      String name = FULL_NAMES.getOrDefault(field.getKey(), field.getKey());
      if (full.containsKey(name)) {
        errors.add(name + " is given twice, in the full and the short form");
      } else if (!KNOWN.contains(name)) {
        errors.add(Json.show(name) + " is not a field of a layer");
      }
      full.put(name, field.getValue());
    }
    return build(full, shortForm, errors);
  }

  static ModelLayer update(ModelLayer layer, Update update) {
    Update full = update.mapPaths(ModelLayerFields::fullPath);
    FieldErrors errors = new FieldErrors("model layer");
    for (String field : full.fields()) {
      if (field.equals("model_layer_hash")) {
        errors.add("model_layer_hash is the key and cannot change");
      } else if (!KNOWN.contains(field)) {
        errors.add(Json.show(field) + " is not a field of a layer");
      }
    }
    errors.throwIfAny();
    return build(full.apply(layer.toMap()), !layer.isComplete(), errors);
  }

  static String fullPath(String path) {
    int dot = path.indexOf('.');
    String field = dot < 0 ? path : path.substring(0, dot);
    String full = FULL_NAMES.get(field);
    return full == null ? path : dot < 0 ? full : full + path.substring(dot);
  }

  private static ModelLayer build(Map<String, ?> fields, boolean mayBeBrief, FieldErrors errors) {
    String hash = text(fields, "model_layer_hash", false, errors);
    String asset = text(fields, "model_asset_id", mayBeBrief, errors);
    String component = text(fields, "model_component_registry_uri", mayBeBrief, errors);
    String url = text(fields, "model_layer_public_url", mayBeBrief, errors);
    List<Map<String, Object>> metadata = metadata(fields.get("model_layer_metadata"), errors);
    int rank = number(fields, "model_layer_rank", mayBeBrief, errors);
    int worldSize = number(fields, "model_world_size", mayBeBrief, errors);
    if (!mayBeBrief && worldSize == 0 && fields.get("model_world_size") instanceof Integer) {
      errors.add("model_world_size must be 1 or more, not 0");
    }
    errors.throwIfAny();
    return new ModelLayer(hash, asset, component, url, metadata, rank, worldSize);
  }

  private static String text(
      Map<String, ?> fields, String name, boolean mayBeEmpty, FieldErrors errors) {
    Object value = fields.get(name);
    if (value == null && mayBeEmpty) {
      return "";
    }
    if (value instanceof String text && (mayBeEmpty || !text.isEmpty())) {
      return text;
    }
    errors.missingOrWrong(name, value, "a non-empty string");
    return "";
  }

  private static int number(
      Map<String, ?> fields, String name, boolean mayBeMissing, FieldErrors errors) {
    Object value = fields.get(name);
    if (value == null && mayBeMissing) {
      return 0;
    }
    if (value instanceof Integer number) {
      return number;
    }
    errors.missingOrWrong(name, value, "an integer");
    return 0;
  }

  /** A list of objects; one object is taken as a list of one, and none as an empty list. */
  private static List<Map<String, Object>> metadata(@Nullable Object value, FieldErrors errors) {
    if (value == null) {
      return List.of();
    }
    try {
      if (value instanceof Map<?, ?> map) {
        return List.of(object(map));
      }
      if (value instanceof List<?> list && list.stream().allMatch(Map.class::isInstance)) {
        return list.stream().map(entry -> object((Map<?, ?>) entry)).toList();
      }
      errors.missingOrWrong("model_layer_metadata", value, "a list of objects");
    } catch (BadInputException e) {
      errors.add(String.valueOf(e.getMessage()));
    }
    return List.of();
  }

  @SuppressWarnings("unchecked") // Json.copyOf checks that every key is a string
  private static Map<String, Object> object(Map<?, ?> map) {
    return Json.copyOf("model_layer_metadata", (Map<String, Object>) map);
  }
}
