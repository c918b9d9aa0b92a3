package io.modelsplitter.registry;

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

class RecordsTest {
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
  void layer_ofTheSpecification_isReadAndWritten() {
    ModelLayer layer = ModelLayer.fromMap(full());
    assertEquals("abc123...", layer.modelLayerHash());
    assertEquals(full(), layer.toMap());
    assertEquals(new ArrayList<>(full().keySet()), new ArrayList<>(layer.toMap().keySet()));
    assertTrue(layer.isComplete());
  }

  @Test
  void layer_metadataThatIsOneObject_isAListOfOne() {
    Map<String, Object> fields = full();
    fields.put("model_layer_metadata", Map.of("a", 1));
    assertEquals(List.of(Map.of("a", 1)), ModelLayer.fromMap(fields).modelLayerMetadata());
    fields.remove("model_layer_metadata");
    assertEquals(List.of(), ModelLayer.fromMap(fields).modelLayerMetadata());
  }

  @Test
  void layer_shortForm_mayLeaveTheRestOut() {
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
  void layer_everyWrongFieldIsNamedInOneMessage() {
    Map<String, Object> fields = new HashMap<>();
    fields.put("model_layer_hash", "a/b");
    fields.put("model_asset_id", 5);
    fields.put("model_component_registry_uri", "");
    fields.put("model_layer_metadata", List.of(1));
    fields.put("model_layer_rank", "0");
    fields.put("model_world_size", 2.5);
    fields.put("colour", "red");
    BadInputException e = assertThrows(BadInputException.class, () -> ModelLayer.fromMap(fields));
    for (String name :
        List.of(
            "model_layer_hash",
            "model_asset_id",
            "model_component_registry_uri",
            "model_layer_public_url is missing",
            "model_layer_metadata",
            "model_layer_rank",
            "model_world_size",
            "colour")) {
      assertTrue(String.valueOf(e.getMessage()).contains(name), name + " in " + e.getMessage());
    }
  }

  @Test
  void layer_wrongValuesBesideWrongTypes_areNamedToo() {
    Map<String, Object> fields = full();
    fields.put("model_layer_rank", -1);
    fields.put("model_world_size", "x");
    fields.put("model_asset_id", "a\u0000");
    BadInputException e = assertThrows(BadInputException.class, () -> ModelLayer.fromMap(fields));
    for (String part : List.of("rank must be 0 or more", "model_world_size", "model_asset_id")) {
      assertTrue(String.valueOf(e.getMessage()).contains(part), e::getMessage);
    }
    BadInputException task =
        assertThrows(
            BadInputException.class,
            () -> NewTask.fromMap(Map.of("task_type", "x".repeat(300), "task_data", List.of())));
    assertTrue(String.valueOf(task.getMessage()).contains("task_type"), task::getMessage);
    assertTrue(String.valueOf(task.getMessage()).contains("task_data"), task::getMessage);
  }

  @Test
  void layer_badHashRankAndWorldSize_areRefused() {
    for (String hash : List.of("", ".", "..", "a b", "\u00e9", "x".repeat(129), "a\u0000")) {
      assertBadLayer("model_layer_hash", hash);
    }
    assertBadLayer("model_layer_rank", 4);
    assertBadLayer("model_layer_rank", -1);
    assertBadLayer("model_world_size", 0);
    assertBadLayer("model_world_size", 4_294_967_297L);
    assertBadLayer("model_asset_id", "a\u0000");
    assertBadLayer("model_asset_id", "\ud800");
    assertBadLayer("model_asset_id", "x".repeat(5000));
  }

  private static void assertBadLayer(String field, Object value) {
    Map<String, Object> fields = full();
    fields.put(field, value);
    BadInputException e = assertThrows(BadInputException.class, () -> ModelLayer.fromMap(fields));
    assertTrue(String.valueOf(e.getMessage()).contains(field), e::getMessage);
  }

  @Test
  void layer_sameFieldInBothForms_isRefused() {
    Map<String, Object> fields = full();
    fields.put("layer_hash", "other");
    assertThrows(BadInputException.class, () -> ModelLayer.fromMap(fields));
  }

  @Test
  void layer_doesNotFollowItsSource() {
    Map<String, Object> entry = new HashMap<>(Map.of("a", 1));
    ModelLayer layer = new ModelLayer("h", "a", "c", "u", List.of(entry), 0, 1);
    entry.put("a", 2);
    assertEquals(List.of(Map.of("a", 1)), layer.modelLayerMetadata());
  }

  @Test
  void taskChange_unknownAndFixedFields_areNamed() {
    BadInputException e =
        assertThrows(
            BadInputException.class,
            () -> TaskChange.fromMap(Map.of("task_id", "x", "colour", 1, "task_data", 5)));
    for (String name : List.of("task_id", "colour", "task_data")) {
      assertTrue(String.valueOf(e.getMessage()).contains(name), e::getMessage);
    }
  }

  @Test
  void task_wireForm_isReadBack() {
    Task task = NewTask.of("model_splits", Map.of("a", 1)).toTask("id", 1_700_000_000L);
    assertEquals(task, Task.fromMap(task.toMap()));
  }
}
