package io.modelsplitter.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The README's commands have the form that others rely on; {@link PagesTest} holds the rest. */
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
}
