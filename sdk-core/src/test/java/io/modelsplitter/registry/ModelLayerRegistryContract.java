package io.modelsplitter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.ConflictException;
import io.modelsplitter.error.NotFoundException;
import io.modelsplitter.query.Filter;
import io.modelsplitter.query.Update;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every {@link ModelLayerRegistry} does. An implementation's test extends this and says which
 * registry; the registry may hold other records, so each test works on an asset of its own.
 */
public abstract class ModelLayerRegistryContract {
  private String asset = "";

  @BeforeEach
  void useANewAsset() {
    asset = "asset-" + UUID.randomUUID();
  }

  /** The registry under test. */
  protected abstract ModelLayerRegistry registry();

  private ModelLayer layer(String suffix, int rank, Map<String, Object> metadata) {
    return new ModelLayer(
        asset + "-" + suffix,
        asset,
        "registry://component/decoder",
        "https://example.com/layers/" + suffix,
        List.of(metadata),
        rank,
        8);
  }

  private ModelLayer created(String suffix, int rank, Map<String, Object> metadata) {
    ModelLayer layer = layer(suffix, rank, metadata);
    assertTrue(registry().create(layer).created());
    return layer;
  }

  private List<String> hashes(Filter filter) {
    return registry().query(Filter.eq("model_asset_id", asset).and(filter)).stream()
        .map(layer -> layer.modelLayerHash().substring(asset.length() + 1))
        .toList();
  }

  @Test
  void create_thenGet_isTheSameLayer() {
    ModelLayer layer = created("a", 0, Map.of("precision", "fp16"));
    Stored<ModelLayer> stored = registry().get(layer.modelLayerHash());
    assertEquals(layer, stored.value());
    assertEquals(1, stored.version());
    assertTrue(stored.modified().getEpochSecond() > 1_700_000_000L);
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
  void query_largeRows_areAllThere() {
    for (int i = 0; i < 12; i++) {
      created("%02d".formatted(i), i % 8, Map.of("text", "x".repeat(1_500_000), "n", i));
    }
    int[] count = {0};
    Query query =
        Query.of(Filter.eq("model_asset_id", asset).and(Filter.gte("layer_metadata.n", 0)));
    registry().query(query, layer -> count[0]++);
    assertEquals(12, count[0]);
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
      BadInputException e =
          assertThrows(
              BadInputException.class,
              () -> registry().update(layer.modelLayerHash(), update),
              update::toString);
      assertNotNull(e.getMessage());
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
    runAll(work, threads);
    Stored<ModelLayer> stored = registry().get(layer.modelLayerHash());
    assertEquals(1 + threads * each, new HashSet<>(stored.value().modelLayerMetadata()).size());
    assertEquals(1 + threads * each, stored.version());
  }

  @Test
  void create_fromManyThreads_registersOnce() throws Exception {
    ModelLayer layer = layer("race", 0, Map.of());
    List<Callable<Boolean>> work = Collections.nCopies(8, () -> registry().create(layer).created());
    long created = runAll(work, 8).stream().filter(won -> won).count();
    assertEquals(1, created);
  }

  private static <T> List<T> runAll(List<Callable<T>> work, int threads) throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<T> results = new ArrayList<>();
      for (Future<T> future : executor.invokeAll(work)) {
        results.add(future.get());
      }
      return results;
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void query_byFieldsAndPaths_findsWhatMatches() {
    created("a", 0, Map.of("precision", "fp16", "shape", List.of(1, 2), "deep", Map.of("x", 1)));
    created("b", 1, Map.of("precision", "fp32", "shape", List.of(3)));
    created("c", 2, Map.of("shape", List.of(List.of(1, 2)), "precision", 16));
    Map<String, Object> withNull = new HashMap<>();
    withNull.put("precision", null);
    created("d", 3, withNull);

    assertEquals(List.of("a", "b", "c", "d"), hashes(Filter.all()));
    assertEquals(
        List.of("b", "c"),
        hashes(Filter.gt("model_layer_rank", 0).and(Filter.lt("model_layer_rank", 3))));
    assertEquals(List.of("c"), hashes(Filter.gt("layer_metadata.precision", 1)));
    assertEquals(List.of("a", "d"), hashes(Filter.nor(Filter.in("model_layer_rank", 1, 2))));
    assertEquals(List.of("a", "b"), hashes(Filter.regex("layer_metadata.precision", "^FP", "i")));
    assertEquals(List.of("b"), hashes(Filter.eq("model_layer_rank", 1)));
    assertEquals(List.of("b"), hashes(Filter.eq("model_layer_rank", 1.0)));
    assertEquals(List.of(), hashes(Filter.eq("model_layer_rank", "1")));
    assertEquals(List.of(), hashes(Filter.eq("model_layer_rank", 1.5)));
    assertEquals(List.of(), hashes(Filter.eq("model_layer_rank", 4_294_967_297L)));
    assertEquals(List.of(), hashes(Filter.eq("model_layer_rank", null)));
    assertEquals(List.of("b", "d"), hashes(Filter.in("model_layer_rank", 1, 3.0, "2", 77)));
    assertEquals(List.of(), hashes(Filter.in("model_layer_rank")));
    assertEquals(List.of("a"), hashes(Filter.eq("model_layer_hash", asset + "-a")));
    assertEquals(List.of(), hashes(Filter.eq("model_layer_hash", "a\u0000")));
    assertEquals(List.of(), hashes(Filter.eq("model_layer_hash", "\ud800")));
    assertEquals(List.of("a"), hashes(Filter.eq("layer_hash", asset + "-a")));
    assertEquals(List.of("a"), hashes(Filter.eq("model_layer_metadata.precision", "fp16")));
    assertEquals(List.of("d"), hashes(Filter.eq("model_layer_metadata.precision", null)));
    assertEquals(List.of("a"), hashes(Filter.eq("model_layer_metadata.shape", 2)));
    assertEquals(List.of("a", "c"), hashes(Filter.eq("model_layer_metadata.shape", List.of(1, 2))));
    assertEquals(List.of("a"), hashes(Filter.eq("model_layer_metadata.0.deep.x", 1)));
    assertEquals(List.of("a"), hashes(Filter.eq("layer_metadata.deep", Map.of("x", 1.0))));
    assertEquals(List.of(), hashes(Filter.eq("no_such_field", 1)));
    assertEquals(List.of("a", "b", "c", "d"), hashes(Filter.eq("no_such_field", null)));
    assertEquals(
        List.of("c"),
        hashes(
            Filter.in("layer_metadata.precision", "x", 16).and(Filter.in("model_layer_rank", 2))));
  }

  @Test
  void query_hostileValues_areOnlyValues() {
    for (String hostile :
        List.of("'", "' OR '1'='1", "?", ":value0", "$1", "%", "_", "\\", "\"", "\u2028", "{}")) {
      assertEquals(List.of(), registry().query(Filter.eq("model_asset_id", hostile)));
      if (!hostile.startsWith("$")) {
        assertEquals(List.of(), registry().query(Filter.eq(hostile, hostile)));
      }
      assertEquals(
          List.of(), registry().query(Filter.eq("model_layer_metadata." + hostile, hostile)));
    }
  }

  @Test
  void query_moreThanABatch_streamsAllInOrder() {
    int count = 600;
    for (int i = 0; i < count; i++) {
      created("%04d".formatted(i), i % 8, Map.of("odd", i % 2 == 1));
    }
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      expected.add("%04d".formatted(i));
    }
    assertEquals(expected, hashes(Filter.all()));
    assertEquals(count / 2, hashes(Filter.eq("layer_metadata.odd", true)).size());

    for (Filter filter : List.of(Filter.all(), Filter.in("layer_metadata.odd", true, false))) {
      Query query =
          Query.of(Filter.eq("model_asset_id", asset).and(filter))
              .sort(new Query.Sort("model_layer_rank", true))
              .limit(70);
      assertEquals(expectedByRank(count), pages(query));
    }
  }

  private List<String> expectedByRank(int count) {
    List<String> expected = new ArrayList<>();
    for (int rank = 7; rank >= 0; rank--) {
      for (int i = rank; i < count; i += 8) {
        expected.add("%04d".formatted(i));
      }
    }
    return expected;
  }

  private List<String> pages(Query first) {
    List<String> all = new ArrayList<>();
    Set<String> cursors = new HashSet<>();
    Optional<String> cursor = Optional.empty();
    do {
      List<ModelLayer> page = new ArrayList<>();
      cursor = registry().query(first.after(cursor.orElse(null)), page::add);
      assertTrue(page.size() <= first.limit());
      assertTrue(cursor.isEmpty() || cursors.add(cursor.get()));
      page.forEach(layer -> all.add(layer.modelLayerHash().substring(asset.length() + 1)));
    } while (cursor.isPresent());
    return all;
  }

  @Test
  void query_limitOfExactlyAll_hasNoCursor() {
    created("a", 0, Map.of());
    created("b", 1, Map.of());
    Query query = Query.of(Filter.eq("model_asset_id", asset)).limit(2);
    List<ModelLayer> page = new ArrayList<>();
    assertEquals(Optional.empty(), registry().query(query, page::add));
    assertEquals(2, page.size());
  }

  @Test
  void query_sortByText_goesByUtf8() {
    List<String> inOrder = Arrays.asList("A", "B", "a", "\u00e9", "\uffee", "\ud83d\ude00");
    for (String name : inOrder) {
      ModelLayer layer =
          new ModelLayer(
              asset + "-" + inOrder.indexOf(name), name, asset, "u", List.of(Map.of()), 0, 1);
      registry().create(layer);
    }
    Query query =
        Query.of(Filter.eq("model_component_registry_uri", asset))
            .sort(new Query.Sort("model_asset_id", false))
            .limit(1);
    List<String> names = new ArrayList<>();
    Optional<String> cursor = Optional.empty();
    do {
      cursor =
          registry()
              .query(query.after(cursor.orElse(null)), layer -> names.add(layer.modelAssetId()));
    } while (cursor.isPresent());
    assertEquals(inOrder, names);
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "", "!!", "eyJhIjoxfQ", "eyJieSI6IiIsImF0IjpbXX0"})
  void query_badCursor_isRefused(String cursor) {
    Query query = Query.of(Filter.all()).limit(1).after(cursor);
    assertThrows(BadInputException.class, () -> registry().query(query, layer -> {}));
  }

  @Test
  void query_sortByUnknownField_isRefused() {
    Query query = Query.of(Filter.all()).sort(new Query.Sort("nope; DROP TABLE task", false));
    BadInputException e =
        assertThrows(BadInputException.class, () -> registry().query(query, layer -> {}));
    assertTrue(String.valueOf(e.getMessage()).contains("nope"));
  }
}
