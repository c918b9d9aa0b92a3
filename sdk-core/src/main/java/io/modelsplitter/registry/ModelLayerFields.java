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
    if (!hash.isEmpty()) {
      errors.id("model_layer_hash", hash);
    }
    String asset = text(fields, "model_asset_id", mayBeBrief, errors);
    String component = text(fields, "model_component_registry_uri", mayBeBrief, errors);
    String url = text(fields, "model_layer_public_url", mayBeBrief, errors);
    errors.text("model_asset_id", asset);
    errors.text("model_component_registry_uri", component);
    errors.text("model_layer_public_url", url);
    List<Map<String, Object>> metadata = metadata(fields.get("model_layer_metadata"), errors);
    Integer rank = number(fields, "model_layer_rank", mayBeBrief, errors);
    Integer worldSize = number(fields, "model_world_size", mayBeBrief, errors);
    if (worldSize != null && worldSize == 0 && !mayBeBrief) {
      errors.add("model_world_size must be 1 or more, not 0");
    } else { // what is wrong with one says nothing of the other
      checkPlace(
          rank == null ? 0 : rank, worldSize == null ? Integer.MAX_VALUE : worldSize, errors);
    }
    errors.throwIfAny();
    return new ModelLayer(
        hash,
        asset,
        component,
        url,
        metadata,
        rank == null ? 0 : rank,
        worldSize == null ? 0 : worldSize);
  }

  /** World size 0 with rank 0 means that the place is not known. */
  static void checkPlace(int rank, int worldSize, FieldErrors errors) {
    if (rank < 0) {
      errors.add("model_layer_rank must be 0 or more, not " + rank);
    }
    if (rank == 0 && worldSize == 0) {
      return;
    }
    if (worldSize < 1) {
      errors.add("model_world_size must be 1 or more, not " + worldSize);
    } else if (rank >= worldSize) {
      errors.add(
          "model_layer_rank %d must be less than model_world_size %d".formatted(rank, worldSize));
    }
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

  /** Null where it is wrong, which is noted. */
  private static @Nullable Integer number(
      Map<String, ?> fields, String name, boolean mayBeMissing, FieldErrors errors) {
    Object value = fields.get(name);
    if (value == null && mayBeMissing) {
      return 0;
    }
    if (value instanceof Integer number) {
      return number;
    }
    errors.missingOrWrong(name, value, "an integer");
    return null;
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
    return Json.copyOf("model_layer_metadata", (Map<String, Object>) map, 2);
  }
}
