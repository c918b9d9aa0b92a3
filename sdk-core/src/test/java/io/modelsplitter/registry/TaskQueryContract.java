package io.modelsplitter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.query.Filter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How every {@link TaskRegistry} is asked: {@link TaskRegistryContract} is the rest. */
public abstract class TaskQueryContract {
  String type = "";

  @BeforeEach
  void useANewType() {
    type = "type-" + UUID.randomUUID();
  }

  /** The registry under test. */
  protected abstract TaskRegistry registry();

  final Task pending() {
    return registry().create(NewTask.of(type, Map.of("model_name", "gpt2")));
  }

  @Test
  void query_byTypeAndStatus_findsEitherSpelling() {
    Task open = pending();
    Task complete = pending();
    registry().update(complete.taskId(), TaskChange.status("complete", Map.of()));
    Task completed = pending();
    registry().update(completed.taskId(), TaskChange.status("completed", Map.of()));

    TaskQuery mine = TaskQuery.all().type(type);
    assertEquals(ids(open, complete, completed), ids(mine));
    assertEquals(ids(open), ids(mine.status("pending")));
    assertEquals(ids(complete, completed), ids(mine.status("complete")));
    assertEquals(ids(complete, completed), ids(mine.status("completed")));
    assertEquals(Set.of(), ids(mine.status("failed")));
    assertEquals(Set.of(), ids(TaskQuery.all().type("' OR 1=1 --")));
    assertEquals(Set.of(), ids(TaskQuery.all().type("a\u0000b")));
    assertTrue(ids(TaskQuery.all()).containsAll(ids(open, complete, completed)));
  }

  final Set<String> ids(TaskQuery query) {
    return new HashSet<>(registry().query(query).stream().map(Task::taskId).toList());
  }

  static Set<String> ids(Task... tasks) {
    return new HashSet<>(Stream.of(tasks).map(Task::taskId).toList());
  }

  @Test
  void query_withLimit_goesOnFromTheCursor() {
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      expected.add(pending().taskId());
    }
    List<Task> seen = Pages.of(registry(), TaskQuery.all().type(type).limit(3));
    assertEquals(expected, seen.stream().map(Task::taskId).toList());
  }

  @Test
  void query_badCursor_isRefused() {
    assertThrows(
        BadInputException.class,
        () -> registry().query(TaskQuery.all().limit(1).after("x"), task -> {}));
  }

  final List<String> found(Filter filter) {
    return registry().query(Filter.eq("task_type", type).and(filter)).stream()
        .map(Task::taskId)
        .toList();
  }

  @Test
  void query_byFilter_seesTheTaskAsItIsNow() {
    Task small = registry().create(NewTask.of(type, Map.of("world_size", 2, "tags", List.of("a"))));
    Task large = registry().create(NewTask.of(type, Map.of("world_size", 16)));
    assertEquals(List.of(large.taskId()), found(Filter.gt("task_data.world_size", 2)));
    assertEquals(List.of(small.taskId()), found(Filter.eq("task_data.tags", "a")));
    assertEquals(
        List.of(small.taskId(), large.taskId()), found(Filter.eq("task_status", "pending")));

    for (int percent = 0; percent <= 100; percent += 50) {
      registry()
          .update(small.taskId(), TaskChange.status("in_progress", Map.of("progress", percent)));
    }
    assertEquals(List.of(), found(Filter.lt("task_status_data.progress", 100)));
    assertEquals(List.of(small.taskId()), found(Filter.eq("task_status_data.progress", 100)));
    assertEquals(List.of(large.taskId()), found(Filter.eq("task_status", "pending")));

    registry().delete(small.taskId());
    assertEquals(List.of(), found(Filter.eq("task_data.tags", "a")));
    assertEquals(List.of(large.taskId()), found(Filter.exists("task_id", true)));
  }

  @Test
  void query_sortedWithALimit_goesOnFromTheCursor() {
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      expected.add(0, registry().create(NewTask.of(type, Map.of("n", i))).taskId());
    }
    Query query =
        Query.of(Filter.eq("task_type", type)).sort(new Query.Sort("task_data.n", true)).limit(3);
    List<Task> seen = Pages.of(registry(), query);
    assertEquals(expected, seen.stream().map(Task::taskId).toList());
  }

  @Test
  void query_byFilter_findsEitherSpelling() {
    String one = pending().taskId();
    String other = pending().taskId();
    String open = pending().taskId();
    registry().update(one, TaskChange.status("complete", Map.of()));
    registry().update(other, TaskChange.status("completed", Map.of()));
    for (String spelling : List.of("complete", "completed")) {
      assertEquals(List.of(one, other), found(Filter.eq("task_status", spelling)));
      assertEquals(List.of(one, other), found(Filter.in("task_status", spelling, 5)));
      assertEquals(List.of(open), found(Filter.ne("task_status", spelling)));
      assertEquals(List.of(one, other), found(allOf(spelling)));
      assertEquals(List.of(), found(allOf(spelling, "pending")));
    }
    assertEquals(List.of(one, other), found(allOf("completed", "complete")));
  }

  private static Filter allOf(String... statuses) {
    return Filter.parse(Map.of("task_status", Map.of("$all", List.of(statuses))));
  }

  @Test
  void query_askedBefore_findsWhatCameSince() {
    Filter both = Filter.parse(Map.of("task_data." + type, Map.of("$all", List.of(1, 2))));
    assertEquals(List.of(), registry().query(both));
    Task task = registry().create(NewTask.of(type, Map.of(type, List.of(1, 2))));
    assertEquals(List.of(task), registry().query(both));
  }

  @Test
  void explain_ofAnEquality_isTheIndex() {
    Explanation explanation =
        registry().explain(Query.of(Filter.eq("task_status_data.phase", "begin")));
    assertEquals(Explanation.AnsweredBy.INDEX, explanation.slowest());
  }
}
