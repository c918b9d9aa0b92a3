package io.modelsplitter.examples;

import io.modelsplitter.registry.Task;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The layers of a finished task, for a person. */
final class ResultTable {
  private static final String ROW = "%4s  %7s  %10s  %-32s  %-6s  %s%n";

  private ResultTable() {}

  /** The layers in a task's result; none for one that failed. */
  @SuppressWarnings("unchecked") // the splitter answers a list of objects
  static List<Map<String, Object>> layers(Task task) {
    return task.taskStatusData().get("layers") instanceof List<?> list
        ? (List<Map<String, Object>>) list
        : List.of();
  }

  static void print(List<Map<String, Object>> layers, PrintStream out) {
    out.printf(ROW, "rank", "tensors", "size", "MD5", "", "URL");
    for (Map<String, Object> layer : layers) {
      out.printf(
          ROW,
          layer.get("model_layer_rank"),
          layer.get("tensors"),
          size(layer.get("bytes")),
          layer.get("model_layer_hash"),
          Boolean.TRUE.equals(layer.get("reused")) ? "reused" : "new",
          layer.get("model_layer_public_url"));
    }
  }

  private static String size(@Nullable Object bytes) {
    double size = bytes instanceof Number number ? number.doubleValue() : 0;
    return size < 1e6
        ? String.format(Locale.ROOT, "%.1f kB", size / 1e3)
        : String.format(Locale.ROOT, "%.1f MB", size / 1e6);
  }
}
