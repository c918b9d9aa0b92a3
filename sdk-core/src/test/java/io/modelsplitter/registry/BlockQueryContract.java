package io.modelsplitter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.query.Filter;
import io.modelsplitter.registry.Explanation.AnsweredBy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How every {@link BlockRegistry} is asked; {@link BlockRegistryContract} has the rest. */
abstract class BlockQueryContract {
  /** The component of all blocks of a test. */
  String component = "";

  @BeforeEach
  void useANewComponent() {
    component = "component." + UUID.randomUUID();
  }

  /** The registry under test. */
  protected abstract BlockRegistry registry();

  Block block(String name, Map<String, ?> more) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("id", component + "-" + name);
    fields.put("componentUri", component);
    fields.put("name", name);
    fields.putAll(more);
    return new Block(fields);
  }

  Block created(String name, Map<String, ?> more) {
    return registry().create(block(name, more)).value();
  }

  List<String> names(Filter filter) {
    return registry().query(mine(filter)).stream().map(BlockQueryContract::name).toList();
  }

  private Filter mine(Filter filter) {
    return Filter.eq("componentUri", component).and(filter);
  }

  private static String name(Block block) {
    return String.valueOf(block.fields().get("name"));
  }

  private List<String> pages(Query first) {
    return Pages.of(registry(), first).stream().map(BlockQueryContract::name).toList();
  }

  @Test
  void query_ofAComponentAndAHash_findsTheBlocksThatRunTheLayer() {
    Block a = created("a", Map.of("blockInitData", Map.of("layerHash", "h1", "rank", 0)));
    created("b", Map.of("blockInitData", Map.of("layerHash", "h2")));
    created("c", Map.of("layerHash", "h1"));
    created("d", Map.of("componentUri", component + "x", "blockInitData", a.fields()));
    Block e = created("e", Map.of("blockInitData", Map.of("layerHash", "h1")));
    assertEquals(List.of(a, e), registry().query(component, "h1"));
    assertEquals(List.of(), registry().query(component, "h3"));
    assertEquals(List.of(), registry().query(component + "x", "h1"));
    assertEquals(List.of(), registry().query("", ""));
  }

  @Test
  void query_byFieldsAndPaths_findsWhatMatches() {
    created("a", Map.of("tags", List.of("llm", "split"), "minInstances", 1, "x", Map.of("y", 1.5)));
    created("b", Map.of("tags", List.of("llm"), "minInstances", 3));
    created("c", Map.of("parameters", List.of(Map.of("n", 1), Map.of("n", 2))));
    assertEquals(List.of("a", "b", "c"), names(Filter.all()));
    assertEquals(List.of("a", "b"), names(Filter.eq("tags", "llm")));
    assertEquals(List.of("b"), names(Filter.eq("tags", List.of("llm"))));
    assertEquals(List.of("b"), names(Filter.gt("minInstances", 1)));
    assertEquals(List.of("a"), names(Filter.eq("minInstances", 1.0)));
    assertEquals(List.of("a"), names(Filter.eq("x.y", 1.5)));
    assertEquals(List.of("c"), names(Filter.eq("parameters.n", 2)));
    assertEquals(List.of("c"), names(Filter.eq("parameters.0.n", 1)));
    assertEquals(List.of("c"), names(Filter.exists("tags", false)));
    assertEquals(List.of("b", "c"), names(Filter.ne("tags", "split")));
    assertEquals(List.of("a"), names(Filter.eq("id", component + "-a")));
    assertEquals(List.of("a", "b"), names(Filter.regex("name", "^[AB]", "i")));
    assertEquals(List.of("a", "b", "c"), names(Filter.eq("_id", null)));
  }

  @Test
  void query_hostileValues_areOnlyValues() {
    created("a", Map.of());
    for (String hostile :
        List.of("'", "' OR '1'='1", "?", ":id", "%", "_", "\\", "\"", "\u0000", "\ud800")) {
      assertEquals(List.of(), registry().query(Filter.eq("id", hostile)));
      assertEquals(List.of(), registry().query(component, hostile));
      if (!hostile.equals("\ud800")) { // no JSON text has it in a name
        assertEquals(List.of(), registry().query(Filter.eq("cluster." + hostile, hostile)));
      }
    }
  }

  @Test
  void query_sortedInPages_hasAllInOrder() {
    List<String> asTheyCame = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      String name = "%02d".formatted(i);
      created(name, Map.of("odd", i % 2));
      asTheyCame.add(name);
    }
    Query all = Query.of(mine(Filter.all())).limit(7);
    assertEquals(asTheyCame, pages(all));
    List<String> byBoth = new ArrayList<>();
    for (int last = 29; last >= 28; last--) {
      for (int i = last; i >= 0; i -= 2) {
        byBoth.add("%02d".formatted(i));
      }
    }
    assertEquals(
        byBoth, pages(all.sort(new Query.Sort("odd", true), new Query.Sort("name", true))));
    List<String> sorted = new ArrayList<>();
    Query atOnce = all.limit(0).sort(new Query.Sort("name", true));
    registry().query(atOnce, block -> sorted.add(name(block)));
    Collections.reverse(sorted);
    assertEquals(asTheyCame, sorted);
  }

  @Test
  void query_badCursorOrSort_isRefused() {
    Query query = Query.of(Filter.all()).limit(1);
    assertThrows(BadInputException.class, () -> registry().query(query.after("x"), block -> {}));
    Query sorted = query.sort(new Query.Sort("$size", false));
    assertThrows(BadInputException.class, () -> registry().query(sorted, block -> {}));
  }

  @Test
  void query_largeBlocks_areAllThere() {
    for (int i = 0; i < 12; i++) {
      created("%02d".formatted(i), Map.of("text", "x".repeat(1_500_000), "n", i));
    }
    assertEquals(12, names(Filter.gte("n", 0)).size());
  }

  @Test
  void explain_saysWhatAnswersIt() {
    created("a", Map.of("gpus", 1, "tags", List.of("llm")));
    Query query = Query.of(mine(Filter.in("tags", "llm"))).sort(new Query.Sort("gpus", true));
    assertEquals(
        List.of(AnsweredBy.INDEX),
        registry().explain(query).clauses().stream()
            .map(Explanation.Clause::answeredBy)
            .distinct()
            .toList());
    Query scan = Query.of(Filter.ne("tags", "llm"));
    assertEquals(AnsweredBy.SCAN, registry().explain(scan).slowest());
  }
}
