package io.modelsplitter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TerminationLogTest {
  @TempDir Path folder;

  @Test
  void write_namesThatAreTooLong_areLeftOut() throws IOException {
    Path file = Files.createFile(folder.resolve("termination-log"));
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("n".repeat(5_000), 1);
    data.put("error", "because");
    new TerminationLog(file).write("task-1", "failed", data);
    assertTrue(Files.size(file) <= 4_096, () -> "it has more than a pod keeps");
    Map<String, Object> words = Json.parseObject("words", Files.readAllBytes(file));
    assertEquals(Map.of("error", "because"), words.get("task_status_data"));
    assertEquals(true, words.get("truncated"));
  }
}
