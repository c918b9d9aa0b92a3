package io.modelsplitter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code LIFECYCLE.md} has the variables and exit codes of the code. */
class LifecyclePageTest {
  private static final Path SOURCES = Path.of("src/main/java/io/modelsplitter");
  private static final Pattern VARIABLE = Pattern.compile("\"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\"");
  private static final Pattern ROW = Pattern.compile("\\| `([A-Z_0-9]+)` \\| ([^|]*) \\| .*");
  private static final Pattern EXIT = Pattern.compile("\\| (\\d+) \\| `(EXIT_\\w+)` \\| .*");

  /** They set what an attempt reads, and hand on what they do not read. */
  private static final Path LAUNCHERS = SOURCES.resolve("job");

  /** No attempt asks for them: split runners are for whoever serves what was split. */
  private static final Set<String> OF_OTHERS = Set.of("SPLIT_RUNNERS_REGISTRY_URL");

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
    try (Stream<Path> sources = Files.walk(SOURCES)) {
      List<Path> readers =
          sources.filter(it -> Files.isRegularFile(it) && !it.startsWith(LAUNCHERS)).toList();
      for (Path source : readers) {
        Matcher variable = VARIABLE.matcher(Files.readString(source));
        while (variable.find()) {
          read.add(variable.group(1));
        }
      }
    }
    assertTrue(read.removeAll(OF_OTHERS));
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
