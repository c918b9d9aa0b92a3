package io.modelsplitter.registry;

import static io.modelsplitter.Refusals.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.Threads;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.ConflictException;
import io.modelsplitter.error.NotFoundException;
import io.modelsplitter.error.VersionConflictException;
import io.modelsplitter.query.Filter;
import io.modelsplitter.query.Update;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every {@link ModelLayerRegistry} does. An implementation's test extends this and says which
 * registry; the registry may hold other records, so each test works on an asset of its own.
 */
public abstract class ModelLayerRegistryContract extends ModelLayerQueryContract {

  @Test
  void create_thenGet_isTheSameLayer() {
    ModelLayer layer = created("a", 0, Map.of("precision", "fp16"));
    Stored<ModelLayer> stored = registry().get(layer.modelLayerHash());
    assertEquals(layer, stored.value());
    assertEquals(1, stored.version());
    Moments.assertIsNow(stored.modified());
  }

  @Test
  void create_again_changesNothing() {
    ModelLayer layer = created("a", 0, Map.of("precision", "fp16"));
    Registration<ModelLayer> again = registry().create(layer);
    assertFalse(again.created());
    assertEquals(layer, again.stored().value());
    assertEquals(1, registry().get(layer.modelLayerHash()).version());
  }

  @Test
  void create_sameHashOtherLayer_conflictsAndCarriesTheStoredOne() {
    ModelLayer layer = created("a", 0, Map.of("precision", "fp16"));
    ModelLayer other = layer("a", 1, Map.of("precision", "fp32"));
    ConflictException e = assertThrows(ConflictException.class, () -> registry().create(other));
    assertEquals(layer.toMap(), e.stored());
    assertEquals(layer.modelLayerHash(), e.id());
    assertEquals(layer, registry().get(layer.modelLayerHash()).value());
  }

  @Test
  void create_briefLayer_isKeptAsItIs() {
    ModelLayer brief =
        new ModelLayer(asset + "-brief", "", "", "", List.of(Map.of("model_name", asset)), 0, 0);
    assertTrue(registry().create(brief).created());
    assertEquals(brief, registry().get(brief.modelLayerHash()).value());
    assertEquals(List.of(brief), registry().query(Filter.eq("layer_metadata.model_name", asset)));
  }

  @Test
  void create_awkwardMetadata_comesBackAsItWas() {
    Map<String, Object> awkward = new LinkedHashMap<>();
    awkward.put("z", 1);
    awkward.put("a", 3.0);
    awkward.put("big", 9_007_199_254_740_993L);
    awkward.put("huge", 1e308);
    awkward.put("none", null);
    awkward.put("", List.of());
    awkward.put("a.b", Map.of("$set", true));
    awkward.put("text", "'; DROP TABLE model_layer; -- ? :x % _ \\ \" \u0000 \ud83d\ude00 \ud800");
    ModelLayer layer = created("awkward", 0, awkward);
    Map<String, Object> back =
        registry().get(layer.modelLayerHash()).value().modelLayerMetadata().get(0);
    assertEquals(awkward, back);
    assertEquals(new ArrayList<>(awkward.keySet()), new ArrayList<>(back.keySet()));
  }

  @Test
  void create_deepMetadata_comesBackOrIsRefused() {
    Map<String, Object> deepest = Map.of("a", 1);
    for (int depth = 1; depth < 198; depth++) {
      deepest = Map.of("a", deepest);
    }
    ModelLayer layer = created("deep", 0, deepest);
    assertEquals(layer, registry().get(layer.modelLayerHash()).value());
    assertEquals(List.of("deep"), hashes(Filter.all()));
    Map<String, Object> tooDeep = Map.of("a", deepest);
    assertThrows(BadInputException.class, () -> layer("tooDeep", 0, tooDeep));
  }

  @Test
  void create_largeMetadata_comesBackAsItWas() {
    ModelLayer layer = created("large", 0, Map.of("text", "\u00e9x".repeat(1_000_000)));
    assertEquals(layer, registry().get(layer.modelLayerHash()).value());
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "", ".", "..", "a/b", "a b", "a\u0000b", "\u00e9", "' OR 1=1"})
  void unknownHash_isNotFound(String hash) {
    assertThrows(NotFoundException.class, () -> registry().get(hash));
    assertThrows(NotFoundException.class, () -> registry().delete(hash));
    NotFoundException e =
        assertThrows(
            NotFoundException.class,
            () -> registry().update(hash, Update.set("model_asset_id", "x")));
    assertEquals(hash, e.id());
  }

  @Test
  void delete_thenGet_isNotFound() {
    ModelLayer layer = created("a", 0, Map.of());
    registry().delete(layer.modelLayerHash());
    assertThrows(NotFoundException.class, () -> registry().get(layer.modelLayerHash()));
    assertTrue(registry().create(layer).created());
  }

  @Test
  void update_setsAndCountsTheVersion() {
    ModelLayer layer = created("a", 0, Map.of("precision", "fp16"));
    Stored<ModelLayer> updated =
        registry()
            .update(
                layer.modelLayerHash(),
                Update.set("model_layer_public_url", "https://example.com/v2")
                    .and(Update.set("layer_metadata.0.precision", "fp32")));
    assertEquals("https://example.com/v2", updated.value().modelLayerPublicUrl());
    assertEquals(List.of(Map.of("precision", "fp32")), updated.value().modelLayerMetadata());
    assertEquals(2, updated.version());
    assertEquals(updated, registry().get(layer.modelLayerHash()));
  }

  @Test
  void update_thatChangesNothing_writesNothing() {
    ModelLayer layer = created("a", 0, Map.of("precision", "fp16"));
    Update same = Update.addToSet("model_layer_metadata", Map.of("precision", "fp16"));
    assertEquals(1, registry().update(layer.modelLayerHash(), same).version());
  }

  @Test
  void update_toAnInvalidLayer_isRefusedAndNothingIsWritten() {
    ModelLayer layer = created("a", 3, Map.of());
    for (Update update :
        List.of(
            Update.set("model_layer_hash", "other"),
            Update.set("unknown", 1),
            Update.set("model_layer_rank", 8),
            Update.set("model_layer_rank", -1),
            Update.set("model_layer_rank", "1"),
            Update.set("model_world_size", 0),
            Update.set("model_asset_id", ""),
            Update.set("model_asset_id", null),
            Update.set("model_asset_id", "a\u0000b"),
            Update.set("model_asset_id.x", 1),
            Update.set("model_layer_metadata", 7),
            Update.unset("model_layer_public_url"),
            Update.addToSet("model_asset_id", "x"))) {
      String field = update.fields().iterator().next();
      refused(
          BadInputException.class, () -> registry().update(layer.modelLayerHash(), update), field);
    }
    assertEquals(1, registry().get(layer.modelLayerHash()).version());
    assertEquals(layer, registry().get(layer.modelLayerHash()).value());
  }

  @Test
  void update_fromManyThreads_losesNone() throws Exception {
    ModelLayer layer = created("a", 0, Map.of("n", -1));
    int threads = 8;
    int each = 6;
    List<Callable<Object>> work = new ArrayList<>();
    for (int thread = 0; thread < threads; thread++) {
      int first = thread * each;
      work.add(
          () -> {
            for (int n = first; n < first + each; n++) {
              registry()
                  .update(
                      layer.modelLayerHash(),
                      Update.addToSet("model_layer_metadata", Map.of("n", n)));
            }
            return "";
          });
    }
    Threads.runAll(work);
    Stored<ModelLayer> stored = registry().get(layer.modelLayerHash());
    assertEquals(1 + threads * each, new HashSet<>(stored.value().modelLayerMetadata()).size());
    assertEquals(1 + threads * each, stored.version());
  }

  @Test
  void update_twoHundredThreads_giveTheSumAndASet() throws Exception {
    ModelLayer layer = created("a", 0, Map.of("n", 0, "names", List.of()));
    List<Callable<Object>> work = new ArrayList<>();
    for (int thread = 0; thread < 200; thread++) {
      Map<String, Object> change = new LinkedHashMap<>();
      change.put("$inc", Map.of("model_layer_metadata.0.n", 1));
      change.put("$addToSet", Map.of("model_layer_metadata.0.names", "name-" + thread % 7));
      work.add(() -> registry().update(layer.modelLayerHash(), Update.parse(change)));
    }
    Threads.runAll(work);
    Map<String, Object> metadata =
        registry().get(layer.modelLayerHash()).value().modelLayerMetadata().get(0);
    assertEquals(200, metadata.get("n"));
    assertTrue(metadata.get("names") instanceof List<?> names && names.size() == 7);
    assertEquals(List.of("a"), hashes(Filter.eq("model_layer_metadata.n", 200)));
    assertEquals(List.of(), hashes(Filter.lt("model_layer_metadata.n", 200)));
  }

  @Test
  void update_ofAVersion_changesThatOneOnly() {
    ModelLayer layer = created("a", 0, Map.of());
    String hash = layer.modelLayerHash();
    Stored<ModelLayer> second = registry().update(hash, Update.set("model_layer_rank", 1), 1);
    assertEquals(2, second.version());
    VersionConflictException e =
        assertThrows(
            VersionConflictException.class,
            () -> registry().update(hash, Update.set("model_layer_rank", 2), 1));
    assertEquals(hash, e.id());
    assertEquals(1, e.stored().get("model_layer_rank"));
    assertEquals(second, registry().get(hash));
  }

  @Test
  void createAll_registersAllThatCanBe() {
    ModelLayer there = created("there", 0, Map.of());
    List<ModelLayer> layers = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      layers.add(layer("new-" + i, i, Map.of("n", i)));
    }
    layers.add(there);
    layers.add(layers.get(0));
    List<Boolean> created =
        registry().createAll(layers).stream().map(Registration::created).toList();
    assertEquals(List.of(true, true, true, true, true, false, false), created);
    assertEquals(List.of("new-3"), hashes(Filter.eq("layer_metadata.n", 3)));

    List<ModelLayer> withConflict =
        List.of(layer("x", 0, Map.of()), layer("there", 1, Map.of()), layer("y", 0, Map.of()));
    ConflictException e =
        assertThrows(ConflictException.class, () -> registry().createAll(withConflict));
    assertEquals(there.modelLayerHash(), e.id());
    assertEquals(1, registry().get(layer("y", 0, Map.of()).modelLayerHash()).version());
  }

  @Test
  void delete_thenQuery_findsNothing() {
    ModelLayer layer = created("a", 0, Map.of("n", 1));
    assertEquals(List.of("a"), hashes(Filter.eq("layer_metadata.n", 1)));
    registry().delete(layer.modelLayerHash());
    assertEquals(List.of(), hashes(Filter.eq("layer_metadata.n", 1)));
  }

  @Test
  void create_fromManyThreads_registersOnce() throws Exception {
    ModelLayer layer = layer("race", 0, Map.of());
    List<Callable<Boolean>> work = Collections.nCopies(8, () -> registry().create(layer).created());
    assertEquals(1, Collections.frequency(Threads.runAll(work), true));
  }
}
