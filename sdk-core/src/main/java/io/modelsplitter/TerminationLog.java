package io.modelsplitter;

import io.modelsplitter.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file from which Kubernetes takes a container's last words, of which it keeps 4,096 bytes. It
 * is there before the container starts; where it is not, nobody would read it.
 *
 * @param file such as {@code /dev/termination-log}
 */
record TerminationLog(Path file) {
  private static final Logger log = LoggerFactory.getLogger(TerminationLog.class);
  private static final int MAX_BYTES = 4_096;

  /** Leaves how the task ended; of what is too long, only that it is so. */
  void write(String taskId, String status, Map<String, Object> data) {
    Map<String, Object> words = new LinkedHashMap<>();
    words.put("task_id", taskId);
    words.put("task_status", status);
    words.put("task_status_data", data);
    String text = Json.write(words);
    if (text.length() > MAX_BYTES) {
      Map<String, Object> cut = new LinkedHashMap<>();
      data.forEach(
          (name, value) -> {
            if (Json.write(name).length() + Json.write(value).length() <= 300 && cut.size() < 8) {
              cut.put(name, value);
            }
          });
      words.put("task_status_data", cut);
      words.put("truncated", true);
      text = Json.write(words);
    }
    try {
      if (Files.exists(file)) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        Files.write(file, bytes, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
      }
    } catch (IOException e) {
      log.warn("cannot write {}: {}", file, e.toString());
    }
  }
}
