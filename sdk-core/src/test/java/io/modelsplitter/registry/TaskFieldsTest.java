package io.modelsplitter.registry;

import static io.modelsplitter.Refusals.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.modelsplitter.error.BadInputException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** {@link Task}, {@link NewTask} and {@link TaskChange} on the wire. */
class TaskFieldsTest {

  @Test
  void newTask_wrongValuesBesideWrongTypes_areNamedTogether() {
    refused(
        BadInputException.class,
        () -> NewTask.fromMap(Map.of("task_type", "x".repeat(300), "task_data", List.of())),
        "task_type",
        "task_data");
  }

  @Test
  void taskChange_unknownAndFixedFields_areNamed() {
    refused(
        BadInputException.class,
        () -> TaskChange.fromMap(Map.of("task_id", "x", "colour", 1, "task_data", 5)),
        "task_id",
        "colour",
        "task_data");
  }

  @Test
  void task_wireForm_isReadBack() {
    Task task = NewTask.of("model_splits", Map.of("a", 1)).toTask("id", 1_700_000_000L);
    assertEquals(task, Task.fromMap(task.toMap()));
  }
}
