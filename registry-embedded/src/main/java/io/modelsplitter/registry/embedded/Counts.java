package io.modelsplitter.registry.embedded;

import io.modelsplitter.registry.Explanation.AnsweredBy;
import io.modelsplitter.registry.TaskStatus;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts what is done with one database. Thread-safe. */
final class Counts {
  private static final List<DocumentTable> TABLES =
      List.of(
          DocumentTable.MODEL_LAYER,
          DocumentTable.TASK,
          DocumentTable.SPLIT_RUNNER,
          DocumentTable.BLOCK);

  private final Map<String, Map<AnsweredBy, LongAdder>> queries = new ConcurrentHashMap<>();
  private final LongAdder complete = new LongAdder();
  private final LongAdder failed = new LongAdder();

  Counts() {
    TABLES.forEach(table -> queries.put(table.name(), ways()));
  }

  private static Map<AnsweredBy, LongAdder> ways() {
    Map<AnsweredBy, LongAdder> ways = new EnumMap<>(AnsweredBy.class);
    for (AnsweredBy by : AnsweredBy.values()) {
      ways.put(by, new LongAdder());
    }
    return ways;
  }

  void queried(DocumentTable table, AnsweredBy slowest) {
    Map<AnsweredBy, LongAdder> ways = queries.computeIfAbsent(table.name(), unused -> ways());
    Objects.requireNonNull(ways.get(slowest)).increment();
  }

  void ended(String taskStatus) {
    (TaskStatus.isComplete(taskStatus) ? complete : failed).increment();
  }

  Map<String, Map<AnsweredBy, Long>> queries() {
    Map<String, Map<AnsweredBy, Long>> now = new LinkedHashMap<>();
    queries.forEach(
        (table, ways) -> {
          Map<AnsweredBy, Long> sums = new EnumMap<>(AnsweredBy.class);
          ways.forEach((by, count) -> sums.put(by, count.sum()));
          now.put(table, sums);
        });
    return now;
  }

  Map<String, Long> endedTasks() {
    return Map.of(TaskStatus.COMPLETE, complete.sum(), TaskStatus.FAILED, failed.sum());
  }
}
