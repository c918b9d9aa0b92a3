package io.modelsplitter.registry.embedded;

import io.modelsplitter.registry.Explanation.AnsweredBy;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What registries have done since they were opened, and their connections as they are now.
 * Immutable.
 *
 * @param queries how many queries were answered, by collection ({@code model_layer}, {@code task},
 *     {@code split_runner}, {@code block}) and by the slowest way that a part of each was answered;
 *     every pair is there
 * @param endedTasks how many tasks came to their end, by {@code complete} and {@code failed}
 * @param connections null where the registries have no pool of their own: on a data source of the
 *     caller
 */
public record RegistryStatistics(
    Map<String, Map<AnsweredBy, Long>> queries,
    Map<String, Long> endedTasks,
    @Nullable Connections connections) {

  /**
   * Copies the maps.
   *
   * @param queries see {@link #queries}
   * @param endedTasks see {@link #endedTasks}
   * @param connections see {@link #connections}
   */
  public RegistryStatistics {
    Map<String, Map<AnsweredBy, Long>> copy = new TreeMap<>();
    queries.forEach((collection, counts) -> copy.put(collection, Map.copyOf(counts)));
    queries = Map.copyOf(copy);
    endedTasks = Map.copyOf(endedTasks);
  }

  /**
   * {@return how many queries of a collection were answered this way}
   *
   * @param collection such as {@code block}; see {@link #queries}
   * @param by the way
   */
  public long queries(String collection, AnsweredBy by) {
    return queries.getOrDefault(collection, new EnumMap<>(AnsweredBy.class)).getOrDefault(by, 0L);
  }

  /**
   * A pool of connections.
   *
   * @param active how many are used
   * @param idle how many wait for use
   * @param waiting how many threads wait for one
   * @param max how many there can be
   * @param acquired how often one was handed out since the registries were opened
   * @param awaited how long these were waited for in all
   * @param timeouts how often none came in time
   */
  public record Connections(
      int active, int idle, int waiting, int max, long acquired, Duration awaited, long timeouts) {}
}
