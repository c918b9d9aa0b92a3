package io.modelsplitter.examples;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.modelsplitter.SharedData;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code PYTHON.md} names what the specification has, and what is there in Java. */
class PythonPageTest {
  private static final Pattern ROW =
      Pattern.compile("^\\| `([^`]+)` \\| `([A-Za-z0-9]+)(?:\\.(\\w+)\\(\\))?` \\|.*");

  private static final List<String> PACKAGES =
      List.of("", "file.", "storage.", "job.", "registry.", "registry.client.");

  /** The names of Java by those of Python; twice there is none. */
  private static Map<String, Matcher> rows() throws IOException {
    Map<String, Matcher> rows = new LinkedHashMap<>();
    for (String line : Files.readAllLines(Path.of("../sdk-core/PYTHON.md"))) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        assertTrue(rows.put(row.group(1), row) == null, line);
      } else {
        assertTrue(!line.startsWith("| `"), line);
      }
    }
    assertTrue(rows.size() > 40);
    return rows;
  }

  @Test
  void javaNames_areThere() throws IOException {
    for (Matcher row : rows().values()) {
      Class<?> named = find(row.group(2));
      String method = row.group(3);
      if (method != null) {
        Stream<String> names = Stream.of(named.getMethods()).map(Method::getName);
        assertTrue(names.anyMatch(method::equals), row::group);
      }
    }
  }

  private static Class<?> find(String simpleName) {
    for (String place : PACKAGES) {
      try {
        return Class.forName("io.modelsplitter." + place + simpleName);
      } catch (ClassNotFoundException e) {
        // it may be in the next one
      }
    }
    return fail("there is no class " + simpleName);
  }

  @Test
  void pythonNames_areTheSpecifications() throws IOException {
    String specification = Files.readString(SharedData.require("spec/model-splitting.md"));
    for (String name : rows().keySet()) {
      assertTrue(specification.contains(name), name);
    }
  }
}
