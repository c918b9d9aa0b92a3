package io.modelsplitter.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The README's commands have the form that others rely on, and its code is compiled code. */
class ReadmeTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern FENCE =
      Pattern.compile("^```(\\w+)\\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);

  private record Fence(String language, String content) {}

  private static List<Fence> fences() throws IOException {
    List<Fence> fences = new ArrayList<>();
    Matcher matcher = FENCE.matcher(Files.readString(ROOT.resolve("README.md")));
    while (matcher.find()) {
      fences.add(new Fence(matcher.group(1), matcher.group(2)));
    }
    return fences;
  }

  @Test
  void commands_areOneLineEach() throws IOException {
    List<Fence> shells =
        fences().stream().filter(it -> it.language().matches("sh|bash|shell")).toList();
    assertTrue(shells.size() >= 2);
    for (Fence shell : shells.subList(0, 2)) {
      assertEquals("sh", shell.language());
      assertEquals(1, shell.content().lines().count(), shell.content());
    }
    assertTrue(shells.get(0).content().contains("examples/target/quickstart.jar"));
    assertTrue(shells.get(1).content().contains("verify"));
  }

  @Test
  void code_standsInTheExamples() throws IOException {
    String sources;
    try (Stream<Path> files = Files.walk(Path.of("src"))) {
      List<Path> all = files.filter(Files::isRegularFile).toList();
      StringBuilder joined = new StringBuilder();
      for (Path file : all) {
        joined.append(stripped(Files.readString(file)));
      }
      sources = joined.toString();
    }
    List<Fence> code = fences().stream().filter(it -> it.language().equals("java")).toList();
    assertFalse(code.isEmpty());
    for (Fence fence : code) {
      assertTrue(sources.contains(stripped(fence.content())), fence.content());
    }
  }

  /** Without indentation, empty lines and Javadoc lines. */
  private static String stripped(String code) {
    return code.lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("/**"))
        .collect(Collectors.joining("\n", "", "\n"));
  }
}
