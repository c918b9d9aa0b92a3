package io.modelsplitter.registry.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.registry.ModelLayer;
import io.modelsplitter.registry.NewTask;
import io.modelsplitter.registry.Task;
import io.modelsplitter.registry.TaskChange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A copy of an H2 file, taken between two writes, is what {@code kill -9} would have left. H2
 * reuses the room of what it no longer needs, here after a tenth of a second; what it then writes
 * in the middle of the file has to be found as surely as what is at its end, which H2 2.5.252 does
 * not.
 */
class CrashedFileTest {
  private static final String OPTIONS = ";FILE_LOCK=NO;RETENTION_TIME=100;TRACE_LEVEL_FILE=0";

  private static final int CRASHES = 10;
  private static final int MOST_CRASHES = 100;
  private static final int MOST_WRITES_BETWEEN = 25;

  @TempDir Path folder;

  private final Random random = new Random(7);

  @Test
  void open_fileThatReusedItsRoom_hasTheLastWrites() throws IOException, SQLException {
    try (EmbeddedRegistry registry = open("registry", OPTIONS)) {
      Task task = registry.tasks().create(NewTask.of("model_splits", Map.of()));
      int writes = 0;
      for (int crash = 0; crash < CRASHES || !isRoomUsedAgain(); crash++) {
        assertTrue(
            crash < MOST_CRASHES, "the file has all that was written: no room is used again");
        for (int i = 1 + random.nextInt(MOST_WRITES_BETWEEN); i > 0; i--) {
          writes++;
          registry.modelLayers().create(layer(writes));
          registry
              .tasks()
              .update(task.taskId(), TaskChange.status("in_progress", Map.of("n", writes)));
        }
        Files.copy(file("registry"), file("crashed"), StandardCopyOption.REPLACE_EXISTING);
        assertHasAll("crashed", task.taskId(), writes);
      }
    }
  }

  private void assertHasAll(String name, String taskId, int writes) {
    try (EmbeddedRegistry registry = open(name, "")) {
      for (int n = 1; n <= writes; n++) {
        assertEquals(layer(n), registry.modelLayers().get("h" + n).value());
      }
      assertEquals(writes, registry.tasks().get(taskId).taskStatusData().get("n"));
    }
  }

  /**
   * Whether H2 has written much more than the file holds. How soon it does depends on its clock.
   */
  private boolean isRoomUsedAgain() throws IOException, SQLException {
    try (Connection connection = DriverManager.getConnection(url("registry", OPTIONS), "sa", "")) {
      long written = Long.parseLong(H2Settings.get(connection, "info.FILE_WRITE_BYTES"));
      return written > 2 * Files.size(file("registry"));
    }
  }

  private EmbeddedRegistry open(String name, String options) {
    return EmbeddedRegistry.open(url(name, options), "sa", "");
  }

  private String url(String name, String options) {
    return "jdbc:h2:file:" + folder.resolve(name) + options;
  }

  private Path file(String name) {
    return folder.resolve(name + ".mv.db");
  }

  private static ModelLayer layer(int n) {
    // of many sizes, so that H2 cannot foretell where the next write fits
    String text = "x".repeat(new Random(n).nextInt(6000));
    return new ModelLayer("h" + n, "a", "c", "u", List.of(Map.of("text", text)), 0, n);
  }
}
