package io.modelsplitter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code LIFECYCLE.md} has the variables and exit codes of the code. */
class LifecyclePageTest {
  private static final Path SOURCES = Path.of("src/main/java/io/modelsplitter");
  private static final Pattern VARIABLE = Pattern.compile("\"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\"");
  private static final Pattern ROW = Pattern.compile("\\| `([A-Z_0-9]+)` \\| ([^|]*) \\| .*");
  private static final Pattern EXIT = Pattern.compile("\\| (\\d+) \\| `(EXIT_\\w+)` \\| .*");

  /** What an attempt asks its environment for. */
  private static final Set<String> READERS =
      Set.of(
          "ContextReader.java",
          "AttemptSettings.java",
          "registry/client/Endpoints.java",
          "registry/client/ModelLayerClient.java",
          "registry/client/TaskClient.java",
          "registry/client/Blocks.java",
          "file/FileDownloader.java");

  private static Map<String, String> rows(Pattern pattern) throws IOException {
    Map<String, String> rows = new LinkedHashMap<>();
    for (String line : Files.readAllLines(Path.of("LIFECYCLE.md"))) {
      Matcher row = pattern.matcher(line);
      if (row.matches()) {
        rows.put(row.group(1), row.group(2).replace("`", ""));
      }
    }
    return rows;
  }

  @Test
  void variables_areThoseThatAreRead() throws IOException {
    Set<String> read = new TreeSet<>();
    for (String reader : READERS) {
      Matcher variable = VARIABLE.matcher(Files.readString(SOURCES.resolve(reader)));
      while (variable.find()) {
        read.add(variable.group(1));
      }
    }
    assertEquals(read, new TreeSet<>(rows(ROW).keySet()));
  }

  @Test
  void defaults_areThoseOfAnEmptyEnvironment() throws IOException {
    Map<String, String> rows = rows(ROW);
    AttemptSettings settings = AttemptSettings.from(Map.of());
    assertEquals(rows.get("TASK_ATTEMPTS_LEFT"), "" + settings.attemptsLeft());
    assertEquals(rows.get("MODEL_SPLITTER_REPORT_SECONDS"), "" + settings.deadline().toSeconds());
    assertEquals(
        rows.get("MODEL_SPLITTER_HEARTBEAT_SECONDS"), "" + settings.heartbeat().toSeconds());
    assertEquals(rows.get("MODEL_SPLITTER_GRACE_SECONDS"), "" + settings.grace().toSeconds());
    assertEquals(rows.get("MODEL_SPLITTER_TERMINATION_LOG"), settings.terminationLog().toString());
  }

  @Test
  void exitCodes_areThoseOfTheExecutor() throws ReflectiveOperationException, IOException {
    Map<String, String> rows = rows(EXIT);
    assertEquals(5, rows.size());
    for (Map.Entry<String, String> row : rows.entrySet()) {
      int code = ModelSplitterExecutor.class.getField(row.getValue()).getInt(null);
      assertEquals(Integer.parseInt(row.getKey()), code, row.getValue());
    }
    long codes =
        Arrays.stream(ModelSplitterExecutor.class.getFields())
            .filter(field -> field.getName().startsWith("EXIT_"))
            .count();
    assertEquals(codes, rows.size());
  }
}
