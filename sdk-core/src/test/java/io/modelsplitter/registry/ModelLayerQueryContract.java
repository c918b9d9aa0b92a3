package io.modelsplitter.registry;

import static io.modelsplitter.Refusals.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.query.Filter;
import io.modelsplitter.registry.Explanation.AnsweredBy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * How every {@link ModelLayerRegistry} is asked; {@link ModelLayerRegistryContract} has the rest.
 */
abstract class ModelLayerQueryContract {
  String asset = "";

  @BeforeEach
  void useANewAsset() {
    asset = "asset-" + UUID.randomUUID();
  }

  /** The registry under test. */
  protected abstract ModelLayerRegistry registry();

  ModelLayer layer(String suffix, int rank, Map<String, Object> metadata) {
    return new ModelLayer(
        asset + "-" + suffix,
        asset,
        "registry://component/decoder",
        "https://example.com/layers/" + suffix,
        List.of(metadata),
        rank,
        8);
  }

  ModelLayer created(String suffix, int rank, Map<String, Object> metadata) {
    ModelLayer layer = layer(suffix, rank, metadata);
    assertTrue(registry().create(layer).created());
    return layer;
  }

  List<String> hashes(Filter filter) {
    return registry().query(Filter.eq("model_asset_id", asset).and(filter)).stream()
        .map(layer -> layer.modelLayerHash().substring(asset.length() + 1))
        .toList();
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
      for (int i = count - 8 + rank; i >= 0; i -= 8) {
        expected.add("%04d".formatted(i));
      }
    }
    return expected;
  }

  private List<String> pages(Query first) {
    return Pages.of(registry(), first).stream()
        .map(layer -> layer.modelLayerHash().substring(asset.length() + 1))
        .toList();
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
    assertEquals(
        inOrder, Pages.of(registry(), query).stream().map(ModelLayer::modelAssetId).toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "", "!!", "eyJhIjoxfQ", "eyJieSI6IiIsImF0IjpbXX0"})
  void query_badCursor_isRefused(String cursor) {
    Query query = Query.of(Filter.all()).limit(1).after(cursor);
    assertThrows(BadInputException.class, () -> registry().query(query, layer -> {}));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "$size", "a,a"})
  void query_badSort_isRefused(String fields) {
    List<Query.Sort> sort =
        Arrays.stream(fields.split(",", -1)).map(it -> new Query.Sort(it, false)).toList();
    Query query = new Query(Filter.all(), sort, 0, null);
    assertThrows(BadInputException.class, () -> registry().query(query, layer -> {}));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a,b", "-a", "{", ",", "{\"a\":1}", "%2C&limit=1"})
  void query_sortByAPathOfOddNames_isByThatPath(String name) {
    created("one", 0, Map.of(name, 2, "a", 1, "b", 1));
    created("two", 0, Map.of(name, 1, "a", 2, "b", 2));
    created("three", 0, Map.of(name, 3, "a", 3, "b", 0));
    String path = "layer_metadata." + name;
    assertEquals(List.of("two", "one", "three"), sorted(new Query.Sort(path, false)));
    assertEquals(List.of("three", "one", "two"), sorted(new Query.Sort(path, true)));
  }

  @Test
  void query_sortByAnyPath_goesByMongosOrder() {
    List<Object> inOrder =
        Arrays.asList(
            null, -1e308, 1, 1.5, 9_007_199_254_740_993L, "", "A", "a", Map.of("x", 1), true);
    for (int i = 0; i < inOrder.size(); i++) {
      Map<String, Object> metadata = new HashMap<>();
      metadata.put("v", inOrder.get(i));
      created("%02d".formatted((i * 7) % inOrder.size()), 0, metadata);
    }
    created("missing", 0, Map.of("other", 1));
    created("list", 0, Map.of("v", List.of(1.25, "zz")));

    List<String> up = sorted(new Query.Sort("layer_metadata.v", false));
    assertEquals(
        List.of("00", "missing", "07", "04", "list", "01", "08", "05", "02", "09", "06", "03"), up);
    List<String> down = sorted(new Query.Sort("model_layer_metadata.v", true));
    assertEquals(
        List.of("03", "06", "list", "09", "02", "05", "08", "01", "04", "07", "missing", "00"),
        down);
    List<String> byTwo =
        sorted(new Query.Sort("model_world_size", false), new Query.Sort("layer_hash", true));
    assertEquals("missing", byTwo.get(0));
    assertEquals("00", byTwo.get(byTwo.size() - 1));
  }

  private List<String> sorted(Query.Sort... sort) {
    return pages(Query.of(Filter.eq("model_asset_id", asset)).sort(sort).limit(5));
  }

  @Test
  void query_pagesWhileRowsComeAndGo_haveWhatStays() {
    for (int i = 0; i < 40; i++) {
      created("%02d".formatted(i), 0, Map.of("n", i % 4));
    }
    for (List<Query.Sort> sort :
        List.of(
            List.<Query.Sort>of(),
            List.of(new Query.Sort("layer_metadata.n", true)),
            List.of(
                new Query.Sort("layer_metadata.n", false), new Query.Sort("layer_hash", true)))) {
      Query first = new Query(Filter.eq("model_asset_id", asset), sort, 7, null);
      List<String> seen = new ArrayList<>();
      Optional<String> cursor = Optional.empty();
      do {
        String suffix = "x" + sort.size() + seen.size();
        created(suffix, 0, Map.of("n", seen.size() % 4));
        List<ModelLayer> page = new ArrayList<>();
        cursor = registry().query(first.after(cursor.orElse(null)), page::add);
        page.forEach(layer -> seen.add(layer.modelLayerHash().substring(asset.length() + 1)));
        registry().delete(page.get(page.size() - 1).modelLayerHash());
        created(
            seen.get(seen.size() - 1), 0, Map.of("n", 9)); // the cursor's own row goes elsewhere
      } while (cursor.isPresent());
      for (int i = 0; i < 40; i++) {
        assertTrue(seen.contains("%02d".formatted(i)), sort + " misses " + i + " of " + seen);
      }
    }
  }

  @Test
  void query_tooLong_isRefusedAndNamesTheLimit() {
    refused(BadInputException.class, () -> Filter.eq("x".repeat(5_000), 1), "4096");
    List<Query.Sort> seven = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      seven.add(new Query.Sort("f" + i, false));
    }
    Query query = new Query(Filter.all(), seven, 0, null);
    refused(
        BadInputException.class, () -> registry().query(query, layer -> {}), "7 keys", "at most 6");
  }

  @Test
  void query_ofManyClauses_isAnswered() {
    created("a", 0, Map.of("f500", 2));
    List<Filter> ranges = new ArrayList<>();
    for (int i = 0; i < 990; i++) {
      ranges.add(Filter.gt("layer_metadata.f" + i, 1));
    }
    assertEquals(List.of("a"), hashes(new Filter.Or(ranges)));
    assertEquals(List.of(), hashes(new Filter.And(ranges)));
    List<Filter> numbered = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      numbered.add(Filter.gt("layer_metadata.0.m" + i + ".0.b.0.c.0.d", i));
    }
    assertEquals(List.of(), hashes(new Filter.Or(numbered)));
  }

  @Test
  void query_slowRegex_isRefusedForTheQueryAsAWhole() {
    for (int i = 0; i < 80; i++) { // each alone takes a small part of a second
      created("%02d".formatted(i), 0, Map.of("text", "a".repeat(22) + "!"));
    }
    Filter slow = Filter.regex("layer_metadata.text", "(.*a){12}$", "");
    refused(BadInputException.class, () -> hashes(slow), "second");
  }

  @Test
  void explain_saysPerClauseWhatAnswersIt() {
    created("a", 0, Map.of("precision", "fp16", "sizes", List.of(1, 2)));
    Query query =
        Query.of(
                Filter.eq("model_asset_id", asset)
                    .and(Filter.regex("model_layer_metadata.precision", "^fp", ""))
                    .and(Filter.ne("model_layer_metadata.precision", "int8"))
                    .and(Filter.gt("model_layer_metadata.sizes", 1)))
            .sort(new Query.Sort("model_layer_metadata.precision", false));
    Explanation explanation = registry().explain(query);
    assertEquals(
        List.of(AnsweredBy.INDEX, AnsweredBy.MATCHER, AnsweredBy.MATCHER, AnsweredBy.INDEX),
        explanation.clauses().stream().map(Explanation.Clause::answeredBy).toList());
    assertEquals(
        query.filter().conjuncts(),
        explanation.clauses().stream().map(Explanation.Clause::filter).toList());
    assertEquals(query.sort(), explanation.sort().stream().map(Explanation.SortKey::sort).toList());
    explanation.clauses().forEach(clause -> assertFalse(clause.why().isBlank()));

    Query scan = Query.of(Filter.ne("layer_metadata.precision", "int8"));
    assertEquals(AnsweredBy.SCAN, registry().explain(scan).slowest());
    Query walk = Query.of(Filter.all()).sort(new Query.Sort("layer_metadata.precision", true));
    assertEquals(AnsweredBy.INDEX, registry().explain(walk).slowest());
  }
}
