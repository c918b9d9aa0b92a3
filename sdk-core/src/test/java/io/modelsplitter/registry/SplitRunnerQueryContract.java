package io.modelsplitter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.job.MemoryDeployer;
import io.modelsplitter.query.Filter;
import io.modelsplitter.registry.Explanation.AnsweredBy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * How every {@link SplitRunnerRegistry} is asked; {@link SplitRunnerRegistryContract} has the rest.
 */
abstract class SplitRunnerQueryContract {
  /** What nobody may ever see again who did not send it. */
  public static final String CANARY = "canary-5b1d0c7e-token-of-a-cluster";

  /** The public host of all runners of a test. */
  String host = "";

  String server = "";

  @BeforeEach
  void useANewHost() {
    host = "h" + UUID.randomUUID();
    server = "https://" + host + ":6443";
  }

  /** The registry under test. */
  protected abstract SplitRunnerRegistry registry();

  /** What the registry deploys with. */
  protected abstract MemoryDeployer deployer();

  NewSplitRunner runner(Map<String, Object> metadata, String... tags) {
    Map<String, Object> config = Map.of("server", server, "token", CANARY);
    return new NewSplitRunner(config, host, metadata, List.of(tags));
  }

  SplitRunner created(String name, Map<String, Object> metadata, String... tags) {
    Map<String, Object> named = new HashMap<>(metadata);
    named.put("name", name);
    return registry().create(runner(named, tags)).value();
  }

  List<String> names(Filter filter) {
    return registry().query(mine(filter)).stream().map(SplitRunnerQueryContract::name).toList();
  }

  private Filter mine(Filter filter) {
    return Filter.eq("split_runner_public_host", host).and(filter);
  }

  private static String name(SplitRunner runner) {
    return String.valueOf(runner.splitRunnerMetadata().get("name"));
  }

  private List<String> pages(Query first) {
    return Pages.of(registry(), first).stream().map(SplitRunnerQueryContract::name).toList();
  }

  @Test
  void query_byFieldsAndPaths_findsWhatMatches() {
    SplitRunner a = created("a", Map.of("framework", "transformers", "gpus", 4), "llm", "split");
    created("b", Map.of("framework", "vllm", "gpus", 8), "llm");
    created("c", Map.of("deep", Map.of("x", List.of(1, 2))));

    assertEquals(List.of("a", "b", "c"), names(Filter.all()));
    assertEquals(
        List.of("a"),
        names(
            Filter.parse(
                Map.of(
                    "split_runner_metadata.framework",
                    "transformers",
                    "split_runner_tags",
                    Map.of("$in", List.of("llm"))))));
    assertEquals(List.of("a", "b"), names(Filter.eq("split_runner_tags", "llm")));
    assertEquals(List.of("b"), names(Filter.eq("split_runner_tags", List.of("llm"))));
    assertEquals(List.of("a"), names(Filter.eq("split_runner_tags.1", "split")));
    assertEquals(List.of("c"), names(Filter.eq("split_runner_tags", List.of())));
    assertEquals(List.of("b"), names(Filter.gt("split_runner_metadata.gpus", 4)));
    assertEquals(List.of("a"), names(Filter.eq("split_runner_metadata.gpus", 4.0)));
    assertEquals(List.of("c"), names(Filter.eq("split_runner_metadata.gpus", null)));
    assertEquals(List.of("c"), names(Filter.eq("split_runner_metadata.deep.x", 2)));
    assertEquals(List.of("a"), names(Filter.eq("split_runner_id", a.splitRunnerId())));
    assertEquals(
        List.of("a"), names(Filter.eq("split_runner_public_url", a.splitRunnerPublicUrl())));
    assertEquals(
        List.of("a", "b"), names(Filter.regex("split_runner_metadata.framework", "^T|v", "i")));
    assertEquals(List.of(), names(Filter.eq("no_such_field", 1)));
  }

  @Test
  void query_forCredentials_findsNoneSinceNoRecordHasAny() {
    created("a", Map.of());
    for (String field : List.of("cluster_k8s_config", "credentials", "cluster_k8s_config.token")) {
      assertEquals(List.of("a"), names(Filter.eq(field, null)));
      assertEquals(List.of(), names(Filter.exists(field, true)));
      assertEquals(List.of(), names(Filter.regex(field, ".", "")));
      Query sorted = Query.of(mine(Filter.all())).sort(new Query.Sort(field, true)).limit(1);
      assertEquals(List.of("a"), pages(sorted));
    }
  }

  @Test
  void query_hostileValues_areOnlyValues() {
    created("a", Map.of());
    for (String hostile :
        List.of(
            "'", "' OR '1'='1", "?", ":id", "%", "_", "\\", "\"", "\u2028", "\u0000", "\ud800")) {
      assertEquals(List.of(), registry().query(Filter.eq("split_runner_id", hostile)));
      assertEquals(List.of(), registry().query(Filter.eq("split_runner_public_host", hostile)));
      assertEquals(List.of(), registry().query(Filter.eq("split_runner_tags", hostile)));
      if (!hostile.equals("\ud800")) { // no JSON text has it in a name
        assertEquals(
            List.of(), registry().query(Filter.eq("split_runner_metadata." + hostile, hostile)));
      }
    }
  }

  @Test
  void query_sortedInPages_hasAllInOrder() {
    List<String> byUrl = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      String name = "%02d".formatted(i);
      created(name, Map.of("odd", i % 2), "t" + i % 3);
      byUrl.add(name);
    }
    Query all = Query.of(mine(Filter.all())).limit(7);
    assertEquals(byUrl, pages(all));
    assertEquals(byUrl, pages(all.sort(new Query.Sort("split_runner_public_url", false))));
    List<String> byBoth = new ArrayList<>();
    for (int last = 29; last >= 28; last--) {
      for (int i = last; i >= 0; i -= 2) {
        byBoth.add("%02d".formatted(i));
      }
    }
    assertEquals(
        byBoth,
        pages(
            all.sort(
                new Query.Sort("split_runner_metadata.odd", true),
                new Query.Sort("split_runner_metadata.name", true))));
  }

  @Test
  void query_badCursorOrSort_isRefused() {
    Query query = Query.of(Filter.all()).limit(1);
    assertThrows(BadInputException.class, () -> registry().query(query.after("x"), runner -> {}));
    Query sorted = query.sort(new Query.Sort("$size", false));
    assertThrows(BadInputException.class, () -> registry().query(sorted, runner -> {}));
  }

  @Test
  void query_largeRows_areAllThere() {
    for (int i = 0; i < 12; i++) {
      created("%02d".formatted(i), Map.of("text", "x".repeat(1_500_000), "n", i));
    }
    assertEquals(12, names(Filter.gte("split_runner_metadata.n", 0)).size());
  }

  @Test
  void explain_saysWhatAnswersIt() {
    created("a", Map.of("gpus", 1), "llm");
    Query query =
        Query.of(mine(Filter.in("split_runner_tags", "llm")))
            .sort(new Query.Sort("split_runner_metadata.gpus", true));
    Explanation explanation = registry().explain(query);
    assertEquals(
        List.of(AnsweredBy.INDEX),
        explanation.clauses().stream().map(Explanation.Clause::answeredBy).distinct().toList());
    Query scan = Query.of(Filter.ne("split_runner_tags", "llm"));
    assertEquals(AnsweredBy.SCAN, registry().explain(scan).slowest());
  }
}
