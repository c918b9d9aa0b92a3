package io.modelsplitter.registry;

import static io.modelsplitter.Refusals.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** {@link ModelLayer} on the wire. */
class ModelLayerFieldsTest {
  private static final String FULL =
      """
      {"model_layer_hash": "abc123...", "model_asset_id": "gpt2-base",
       "model_component_registry_uri": "registry://component/decoder",
       "model_layer_public_url": "https://example.com/layers/abc123",
       "model_layer_metadata": [{"precision": "fp16"}],
       "model_layer_rank": 0, "model_world_size": 4}
      """;

  private static Map<String, Object> full() {
    return new LinkedHashMap<>(Json.parseObject("layer", FULL));
  }

  @Test
  void ofTheSpecification_isReadAndWritten() {
    ModelLayer layer = ModelLayer.fromMap(full());
    assertEquals("abc123...", layer.modelLayerHash());
    assertEquals(full(), layer.toMap());
    assertEquals(new ArrayList<>(full().keySet()), new ArrayList<>(layer.toMap().keySet()));
    assertTrue(layer.isComplete());
  }

  @Test
  void metadataThatIsOneObject_isAListOfOne() {
    Map<String, Object> fields = full();
    fields.put("model_layer_metadata", Map.of("a", 1));
    assertEquals(List.of(Map.of("a", 1)), ModelLayer.fromMap(fields).modelLayerMetadata());
    fields.remove("model_layer_metadata");
    assertEquals(List.of(), ModelLayer.fromMap(fields).modelLayerMetadata());
  }

  @Test
  void shortForm_mayLeaveTheRestOut() {
    ModelLayer layer =
        ModelLayer.fromMap(
            Map.of(
                "layer_hash", "abc123", "layer_metadata", Map.of("model_name", "gpt2", "n", 45)));
    assertEquals(
        new ModelLayer("abc123", "", "", "", List.of(Map.of("model_name", "gpt2", "n", 45)), 0, 0),
        layer);
    assertFalse(layer.isComplete());
  }

  @Test
  void everyWrongFieldIsNamedInOneMessage() {
    Map<String, Object> fields = new HashMap<>();
    fields.put("model_layer_hash", "a/b");
    fields.put("model_asset_id", 5);
    fields.put("model_component_registry_uri", "");
    fields.put("model_layer_metadata", List.of(1));
    fields.put("model_layer_rank", "0");
    fields.put("model_world_size", 2.5);
    fields.put("colour", "red");
    refused(
        BadInputException.class,
        () -> ModelLayer.fromMap(fields),
        "model_layer_hash",
        "model_asset_id",
        "model_component_registry_uri",
        "model_layer_public_url is missing",
        "model_layer_metadata",
        "model_layer_rank",
        "model_world_size",
        "colour");
  }

  @Test
  void wrongValuesBesideWrongTypes_areNamedToo() {
    Map<String, Object> fields = full();
    fields.put("model_layer_rank", -1);
    fields.put("model_world_size", "x");
    fields.put("model_asset_id", "a\u0000");
    refused(
        BadInputException.class,
        () -> ModelLayer.fromMap(fields),
        "rank must be 0 or more",
        "model_world_size",
        "model_asset_id");
  }

  @Test
  void badHashRankAndWorldSize_areRefused() {
    for (String hash : List.of("", ".", "..", "a b", "\u00e9", "x".repeat(129), "a\u0000")) {
      assertRefused("model_layer_hash", hash);
    }
    assertRefused("model_layer_rank", 4);
    assertRefused("model_layer_rank", -1);
    assertRefused("model_world_size", 0);
    assertRefused("model_world_size", 4_294_967_297L);
    assertRefused("model_asset_id", "a\u0000");
    assertRefused("model_asset_id", "\ud800");
    assertRefused("model_asset_id", "x".repeat(5000));
  }

  private static void assertRefused(String field, Object value) {
    Map<String, Object> fields = full();
    fields.put(field, value);
    refused(BadInputException.class, () -> ModelLayer.fromMap(fields), field);
  }

  @Test
  void sameFieldInBothForms_isRefused() {
    Map<String, Object> fields = full();
    fields.put("layer_hash", "other");
    assertThrows(BadInputException.class, () -> ModelLayer.fromMap(fields));
  }

  @Test
  void doesNotFollowItsSource() {
    Map<String, Object> entry = new HashMap<>(Map.of("a", 1));
    ModelLayer layer = new ModelLayer("h", "a", "c", "u", List.of(entry), 0, 1);
    entry.put("a", 2);
    assertEquals(List.of(Map.of("a", 1)), layer.modelLayerMetadata());
  }
}
