package io.modelsplitter.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the pages say of the project is there: code, files, headings, classes. */
class PagesTest {
  private static final Path ROOT = Path.of("..");
  private static final Set<String> SKIPPED = Set.of("target", ".git", "node_modules");
  private static final Pattern FENCE =
      Pattern.compile("^```(\\w*)\\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("^#+ (.*)$", Pattern.MULTILINE);
  private static final Pattern CLASS = Pattern.compile("`([A-Z][a-z]+(?:[A-Z0-9][a-z0-9]*)+)");

  private static List<Path> files(String... endings) throws IOException {
    try (Stream<Path> files = Files.walk(ROOT)) {
      List<Path> found = new ArrayList<>();
      for (Path file : files.filter(PagesTest::isOurs).toList()) {
        for (String ending : endings) {
          if (file.toString().endsWith(ending)) {
            found.add(file);
          }
        }
      }
      return found;
    }
  }

  private static boolean isOurs(Path file) {
    for (Path part : file) {
      if (SKIPPED.contains(part.toString())) {
        return false;
      }
    }
    return Files.isRegularFile(file);
  }

  @Test
  void code_standsInTheSources() throws IOException {
    StringBuilder sources = new StringBuilder();
    for (Path file : files(".java")) {
      sources.append(stripped(Files.readString(file)));
    }
    int checked = 0;
    for (Path page : files(".md")) {
      Matcher fence = FENCE.matcher(Files.readString(page));
      while (fence.find()) {
        if (fence.group(1).equals("java")) {
          checked++;
          assertTrue(sources.indexOf(stripped(fence.group(2))) >= 0, page + ": " + fence.group(2));
        }
      }
    }
    assertTrue(checked >= 4);
  }

  /** Without indentation, empty lines and Javadoc lines. */
  private static String stripped(String code) {
    return code.lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("/**"))
        .collect(Collectors.joining("\n", "", "\n"));
  }

  @Test
  void links_leadToWhatIsThere() throws IOException {
    Set<String> broken = new TreeSet<>();
    int checked = 0;
    for (Path page : files(".md")) {
      Matcher link = LINK.matcher(prose(page));
      while (link.find()) {
        String target = link.group(1);
        if (!target.matches("[a-z]+:.*")) {
          checked++;
          if (!leadsSomewhere(page, target)) {
            broken.add(page + " links to " + target);
          }
        }
      }
    }
    assertEquals(Set.of(), broken);
    assertTrue(checked >= 20);
  }

  private static boolean leadsSomewhere(Path page, String target) throws IOException {
    int hash = target.indexOf('#');
    String file = hash < 0 ? target : target.substring(0, hash);
    Path place = file.isEmpty() ? page : page.resolveSibling(file).normalize();
    if (!Files.exists(place)) {
      return false;
    }
    return hash < 0 || anchors(place).contains(target.substring(hash + 1));
  }

  /** As code hosts make them of headings. */
  private static Set<String> anchors(Path page) throws IOException {
    Set<String> anchors = new TreeSet<>();
    Matcher heading = HEADING.matcher(prose(page));
    while (heading.find()) {
      String letters = heading.group(1).toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_ -]", "");
      anchors.add(letters.replace(' ', '-'));
    }
    return anchors;
  }

  private static String prose(Path page) throws IOException {
    return FENCE.matcher(Files.readString(page)).replaceAll("");
  }

  @Test
  void classesThatArePointedAt_areThere() throws IOException {
    Set<String> known = new TreeSet<>();
    for (Path file : files(".java")) {
      known.add(String.valueOf(file.getFileName()).replace(".java", ""));
    }
    Set<String> unknown = new TreeSet<>();
    for (String page : List.of("ARCHITECTURE.md", "CONTRIBUTING.md", "sdk-core/QUERIES.md")) {
      Matcher name = CLASS.matcher(prose(ROOT.resolve(page)));
      while (name.find()) {
        if (!known.contains(name.group(1)) && !isJavas(name.group(1))) {
          unknown.add(page + " names " + name.group(1));
        }
      }
    }
    assertEquals(Set.of(), unknown);
  }

  private static boolean isJavas(String name) {
    try {
      return Class.forName("java.lang." + name) != null;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }
}
