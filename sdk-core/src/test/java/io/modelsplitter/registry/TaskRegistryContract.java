package io.modelsplitter.registry;

import static io.modelsplitter.Refusals.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.Await;
import io.modelsplitter.Threads;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.ConflictException;
import io.modelsplitter.error.NotFoundException;
import io.modelsplitter.query.Filter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every {@link TaskRegistry} does. The registry may hold other tasks, so each test works on a
 * type of its own.
 */
public abstract class TaskRegistryContract extends TaskQueryContract {
  @Test
  void create_thenGet_isTheSameTask() {
    Task task = pending();
    assertEquals(task, registry().get(task.taskId()));
    assertEquals("pending", task.taskStatus());
    assertEquals(Map.of("model_name", "gpt2"), task.taskData());
    assertEquals(Map.of(), task.taskStatusData());
    Moments.assertIsNow(Instant.ofEpochSecond(task.taskCreateTimestamp()));
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

  private NewTask asked(Object n) {
    return NewTask.of(type, Map.of("n", n, "model_name", "gpt2"));
  }

  @Test
  void create_sameKeyAgain_isTheTaskAsItIsNow() {
    Registration<Task> first = registry().create(asked(1), type);
    assertTrue(first.created());
    Task task = first.stored().value();
    assertEquals(task, registry().get(task.taskId()));
    assertEquals(new Registration<>(first.stored(), false), registry().create(asked(1), type));

    Task running = registry().update(task.taskId(), TaskChange.status("in_progress", Map.of()));
    NewTask otherStatus =
        new NewTask(type, asked(1).taskData(), "in_progress", Map.of("phase", "launch"));
    Registration<Task> again = registry().create(otherStatus, type);
    assertFalse(again.created());
    assertEquals(running, again.stored().value());
    assertEquals(first.stored().version() + 1, again.stored().version());
    assertEquals(List.of(task.taskId()), found(Filter.all()));
  }

  @Test
  void create_otherKeys_areOtherTasks() {
    Set<String> ids = new HashSet<>();
    String longest = type + "~".repeat(255 - type.length());
    for (String key : List.of(type, type.toUpperCase(Locale.ROOT), type + "!\"%", longest)) {
      ids.add(registry().create(asked(1), key).stored().value().taskId());
    }
    assertEquals(4, ids.size());
  }

  @Test
  void create_keyOfAnotherTask_conflicts() {
    Task task = registry().create(asked(1), type).stored().value();
    NewTask otherType = new NewTask("x", asked(1).taskData(), "pending", Map.of());
    for (NewTask other : List.of(asked(2), asked("1"), asked(List.of(1)), otherType)) {
      ConflictException e =
          refused(ConflictException.class, () -> registry().create(other, type), type);
      assertEquals(task.taskId(), e.id());
      assertEquals(task.toMap(), e.stored());
    }
    assertEquals(List.of(task.taskId()), found(Filter.all()));
  }

  @Test
  void create_sameKeyWithItsFieldsInAnotherOrder_isTheSameTask() {
    Map<String, Object> one = new LinkedHashMap<>();
    for (String name : List.of("a", "b", "c")) {
      one.put(name, List.of(new LinkedHashMap<>(one)));
    }
    Map<String, Object> other = reversed(one);
    assertEquals(one, other);
    assertEquals("{c=[{b=[{a=[{}]}], a=[{}]}], b=[{a=[{}]}], a=[{}]}", other.toString());
    assertTrue(registry().create(NewTask.of(type, one), type).created());
    assertFalse(registry().create(NewTask.of(type, other), type).created());
  }

  /** The same fields the other way round, those of its lists of one object, too. */
  private static Map<String, Object> reversed(Map<?, ?> fields) {
    List<String> names = new ArrayList<>();
    fields.keySet().forEach(name -> names.add(0, (String) name));
    Map<String, Object> reversed = new LinkedHashMap<>();
    for (String name : names) {
      List<?> list = (List<?>) Objects.requireNonNull(fields.get(name));
      reversed.put(name, List.of(reversed((Map<?, ?>) list.get(0))));
    }
    return reversed;
  }

  @Test
  void create_sameKeyFromMany_createsOneTask() throws Exception {
    for (int round = 0; round < 10; round++) {
      String key = type + round;
      Callable<Registration<Task>> call = () -> registry().create(asked(key), key);
      Set<String> ids = new HashSet<>();
      int created = 0;
      for (Registration<Task> done : Threads.runAll(Collections.nCopies(16, call))) {
        ids.add(done.stored().value().taskId());
        created += done.created() ? 1 : 0;
      }
      assertEquals(1, created);
      assertEquals(List.copyOf(ids), found(Filter.eq("task_data.n", key)));
    }
  }

  @Test
  void create_keyOfADeletedTask_isFree() {
    Task task = registry().create(asked(1), type).stored().value();
    registry().delete(task.taskId());
    Registration<Task> later = registry().create(asked(2), type);
    assertTrue(later.created());
    assertFalse(task.taskId().equals(later.stored().value().taskId()));
    assertEquals(new Registration<>(later.stored(), false), registry().create(asked(2), type));
  }

  @Test
  void create_badTaskWithAKey_leavesTheKeyFree() {
    NewTask bad = new NewTask(type, Map.of(), "done", Map.of());
    assertThrows(BadInputException.class, () -> registry().create(bad, type));
    assertTrue(registry().create(asked(1), type).created());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a b", "a\tb", "a\nb", "\u0000", "\u007f", "k\u00fc", "256"})
  void create_badKey_isRefused(String key) {
    String bad = key.equals("256") ? "x".repeat(256) : key;
    BadInputException e =
        assertThrows(BadInputException.class, () -> registry().create(asked(1), bad));
    assertTrue(String.valueOf(e.getMessage()).startsWith("Idempotency-Key must"), e::getMessage);
    assertEquals(List.of(), found(Filter.all()));
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

  @Test
  void update_isTimed() {
    Task task = pending();
    List<Task> updated = new ArrayList<>(List.of(task));
    Await.until( // the clock of a task has seconds
        () -> {
          Task last = updated.get(updated.size() - 1);
          Map<String, Object> data = Map.of("n", updated.size());
          Task next = registry().update(task.taskId(), TaskChange.status("in_progress", data));
          assertTrue(next.taskUpdateTimestamp() >= last.taskUpdateTimestamp());
          assertEquals(task.taskCreateTimestamp(), next.taskCreateTimestamp());
          updated.add(next);
          return next.taskUpdateTimestamp() > task.taskUpdateTimestamp();
        },
        () -> "no update changed the time of " + task);
    assertEquals(updated.get(updated.size() - 1), registry().get(task.taskId()));
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
}
