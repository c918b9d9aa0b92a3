package io.modelsplitter.registry.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.query.Filter;
import io.modelsplitter.registry.Explanation.AnsweredBy;
import io.modelsplitter.registry.ModelLayer;
import io.modelsplitter.registry.NewTask;
import io.modelsplitter.registry.Query;
import io.modelsplitter.registry.TaskChange;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What registries count of themselves. */
class RegistryStatisticsTest {
  @TempDir Path folder;

  /** What is counted agrees with what explains it, for each filter and order. */
  @Test
  void statistics_countQueriesAsTheyAreExplained() {
    List<Filter> filters =
        List.of(
            Filter.all(),
            Filter.eq("model_asset_id", "a"),
            Filter.eq("model_asset_id", "nobody"),
            Filter.parse(Map.of("model_layer_metadata.n", Map.of("$mod", List.of(2, 1)))),
            Filter.parse(Map.of("model_asset_id", Map.of("$ne", "b"))),
            Filter.parse(Map.of("model_layer_rank", 3, "nothing", Map.of("$exists", false))));
    for (DataSource dataSource : List.of(H2Memory.newDatabase(), RealPostgres.newDatabase())) {
      try (EmbeddedRegistry registry = EmbeddedRegistry.open(dataSource)) {
        for (int i = 0; i < 10; i++) {
          Map<String, Object> metadata = Map.of("n", i);
          registry
              .modelLayers()
              .create(new ModelLayer("h" + i, "a", "c", "u", List.of(metadata), i, 10));
        }
        for (Filter filter : filters) {
          for (Query query :
              List.of(
                  Query.of(filter),
                  Query.of(filter).sort(new Query.Sort("model_layer_rank", true)))) {
            AnsweredBy expected = registry.modelLayers().explain(query).slowest();
            long before = registry.statistics().queries("model_layer", expected);
            long all = sum(registry);
            registry.modelLayers().query(query, layer -> {});
            String what = filter + ": " + expected;
            assertEquals(before + 1, registry.statistics().queries("model_layer", expected), what);
            assertEquals(all + 1, sum(registry), what);
          }
        }
      }
    }
  }

  private static long sum(EmbeddedRegistry registry) {
    return registry.statistics().queries().values().stream()
        .flatMap(ways -> ways.values().stream())
        .mapToLong(Long::longValue)
        .sum();
  }

  @Test
  void statistics_countTasksThatEndOnce() {
    try (EmbeddedRegistry registry = EmbeddedRegistry.inMemory()) {
      assertEquals(Map.of("complete", 0L, "failed", 0L), registry.statistics().endedTasks());
      for (String status : List.of("failed", "completed", "complete")) {
        String id = registry.tasks().create(NewTask.of("model_splits", Map.of())).taskId();
        registry.tasks().update(id, TaskChange.status("in_progress", Map.of()));
        registry.tasks().update(id, TaskChange.status(status, Map.of()));
        registry.tasks().update(id, TaskChange.status(status, Map.of())); // sent again
      }
      assertEquals(Map.of("complete", 2L, "failed", 1L), registry.statistics().endedTasks());
    }
  }

  @Test
  void statistics_haveTheConnectionsOfItsOwnPool() {
    try (EmbeddedRegistry registry = EmbeddedRegistry.open(H2Memory.newDatabase())) {
      assertNull(registry.statistics().connections());
    }
    try (EmbeddedRegistry registry =
        EmbeddedRegistry.open("jdbc:h2:file:" + folder.resolve("registry"), "sa", "")) {
      long before = connections(registry).acquired();
      for (int i = 0; i < 5; i++) {
        registry.modelLayers().query(Query.of(Filter.all()), layer -> {});
      }
      RegistryStatistics.Connections now = connections(registry);
      assertTrue(now.acquired() >= before + 5, now::toString);
      assertFalse(now.awaited().isZero() || now.awaited().isNegative(), now::toString);
      assertEquals(20, now.max());
      assertEquals(0, now.active() + now.waiting() + now.timeouts(), now::toString);
      assertTrue(now.idle() >= 1, now::toString);
    }
  }

  private static RegistryStatistics.Connections connections(EmbeddedRegistry registry) {
    return Objects.requireNonNull(registry.statistics().connections());
  }
}
