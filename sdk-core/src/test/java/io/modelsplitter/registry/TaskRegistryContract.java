package io.modelsplitter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.ConflictException;
import io.modelsplitter.error.NotFoundException;
import io.modelsplitter.query.Filter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every {@link TaskRegistry} does. The registry may hold other tasks, so each test works on a
 * type of its own.
 */
public abstract class TaskRegistryContract {
  private String type = "";

  @BeforeEach
  void useANewType() {
    type = "type-" + UUID.randomUUID();
  }

  /** The registry under test. */
  protected abstract TaskRegistry registry();

  private Task pending() {
    return registry().create(NewTask.of(type, Map.of("model_name", "gpt2")));
  }

  @Test
  void create_thenGet_isTheSameTask() {
    Task task = pending();
    assertEquals(task, registry().get(task.taskId()));
    assertEquals("pending", task.taskStatus());
    assertEquals(Map.of("model_name", "gpt2"), task.taskData());
    assertEquals(Map.of(), task.taskStatusData());
    assertTrue(task.taskCreateTimestamp() > 1_700_000_000L);
    assertEquals(task.taskCreateTimestamp(), task.taskUpdateTimestamp());
    assertFalse(task.taskId().equals(pending().taskId()));
  }

  @Test
  void create_badTask_isRefused() {
    for (NewTask bad :
        List.of(
            new NewTask("", Map.of(), "pending", Map.of()),
            new NewTask("a\u0000", Map.of(), "pending", Map.of()),
            new NewTask("x".repeat(256), Map.of(), "pending", Map.of()),
            new NewTask(type, Map.of(), "done", Map.of()))) {
      assertThrows(BadInputException.class, () -> registry().create(bad));
    }
  }

  @Test
  void update_goesThroughItsStatuses() {
    String id = pending().taskId();
    registry().update(id, TaskChange.status("in_progress", Map.of("phase", "begin")));
    assertEquals(Map.of("phase", "begin"), registry().get(id).taskStatusData());
    Task done =
        registry().update(id, TaskChange.status("complete", Map.of("layers", List.of(1, 2.0))));
    assertEquals("complete", done.taskStatus());
    assertEquals(Map.of("layers", List.of(1, 2.0)), done.taskStatusData());
    assertEquals(done, registry().get(id));
  }

  @Test
  void update_plainFields_leavesTheOthers() {
    Task task = pending();
    Task updated =
        registry().update(task.taskId(), new TaskChange(null, Map.of("x", 1), null, null));
    assertEquals(Map.of("x", 1), updated.taskData());
    assertEquals(task.taskType(), updated.taskType());
    assertEquals("pending", updated.taskStatus());
    Task statusOnly =
        registry().update(task.taskId(), new TaskChange(null, null, "in_progress", null));
    assertEquals("in_progress", statusOnly.taskStatus());
    assertEquals(Map.of("x", 1), statusOnly.taskData());
  }

  @ParameterizedTest
  @CsvSource({
    "complete,in_progress",
    "complete,failed",
    "completed,pending",
    "failed,complete",
    "failed,in_progress"
  })
  void update_ofAFinalTask_conflicts(String last, String late) {
    String id = pending().taskId();
    Task ended = registry().update(id, TaskChange.status(last, Map.of("n", 1)));
    ConflictException e =
        assertThrows(
            ConflictException.class,
            () -> registry().update(id, TaskChange.status(late, Map.of("n", 2))));
    assertEquals(id, e.id());
    assertThrows(
        ConflictException.class,
        () -> registry().update(id, new TaskChange(null, Map.of(), null, null)));
    assertEquals(ended, registry().get(id));
  }

  @ParameterizedTest
  @CsvSource({"complete,completed", "completed,complete", "complete,complete", "failed,failed"})
  void update_sameFinalStatusAgain_writesNothing(String first, String again) {
    String id = pending().taskId();
    Task ended = registry().update(id, TaskChange.status(first, Map.of("n", 1)));
    assertEquals(ended, registry().update(id, TaskChange.status(again, Map.of("n", 2))));
    assertEquals(ended, registry().get(id));
  }

  @Test
  void update_badStatus_isRefused() {
    String id = pending().taskId();
    assertThrows(
        BadInputException.class, () -> registry().update(id, TaskChange.status("done", Map.of())));
    assertEquals("pending", registry().get(id).taskStatus());
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "", ".", "..", "a/b", "a\u0000b", "' OR 1=1"})
  void unknownId_isNotFound(String id) {
    assertThrows(NotFoundException.class, () -> registry().get(id));
    assertThrows(NotFoundException.class, () -> registry().delete(id));
    assertThrows(
        NotFoundException.class,
        () -> registry().update(id, TaskChange.status("failed", Map.of())));
  }

  @Test
  void delete_thenGet_isNotFound() {
    String id = pending().taskId();
    registry().delete(id);
    assertThrows(NotFoundException.class, () -> registry().get(id));
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

  private Set<String> ids(TaskQuery query) {
    return new HashSet<>(registry().query(query).stream().map(Task::taskId).toList());
  }

  private static Set<String> ids(Task... tasks) {
    return new HashSet<>(Stream.of(tasks).map(Task::taskId).toList());
  }

  @Test
  void query_withLimit_goesOnFromTheCursor() {
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      expected.add(pending().taskId());
    }
    List<Task> seen = new ArrayList<>();
    Optional<String> cursor = Optional.empty();
    do {
      cursor =
          registry()
              .query(TaskQuery.all().type(type).limit(3).after(cursor.orElse(null)), seen::add);
    } while (cursor.isPresent());
    assertEquals(expected, seen.stream().map(Task::taskId).toList());
  }

  @Test
  void query_badCursor_isRefused() {
    assertThrows(
        BadInputException.class,
        () -> registry().query(TaskQuery.all().limit(1).after("x"), task -> {}));
  }

  private List<String> found(Filter filter) {
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
    List<Task> seen = new ArrayList<>();
    Optional<String> cursor = Optional.empty();
    do {
      cursor = registry().query(query.after(cursor.orElse(null)), seen::add);
    } while (cursor.isPresent());
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
    }
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
