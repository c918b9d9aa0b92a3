package io.modelsplitter.examples;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.properties.HasName;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The rules of the house: who may know whom, and where each library lives. */
class HouseTest {
  private static final String ROOT = "io.modelsplitter";

  private static JavaClasses classes = new ClassFileImporter().importClasses();

  @BeforeAll
  static void importClasses() {
    classes =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages(ROOT);
    assertTrue(classes.contain("io.modelsplitter.registry.embedded.EmbeddedRegistry"));
    assertTrue(classes.contain("io.modelsplitter.storage.S3Manager"));
  }

  /** What each room of ours may know of the others. */
  private static final Map<String, String[]> MAY_KNOW =
      Map.ofEntries(
          Map.entry("error", rooms("error")),
          Map.entry("json", rooms("json", "error")),
          Map.entry("query", rooms("query", "json", "error")),
          Map.entry("file", rooms("file", "error")),
          Map.entry("checkpoint", rooms("checkpoint", "file", "json", "error")),
          Map.entry("registry", rooms("registry", "query", "json", "error")),
          Map.entry(
              "registry.client", rooms("registry.client", "registry", "query", "json", "error")),
          Map.entry("job", rooms("job", "registry", "query", "file", "json", "error")),
          Map.entry("kubernetes", rooms("kubernetes", "job", "registry", "json", "error")),
          Map.entry("storage", rooms("storage", "file", "error")),
          Map.entry(
              "examples.cli",
              rooms(
                  "examples.cli",
                  "examples",
                  "checkpoint",
                  "file",
                  "registry.client",
                  "registry",
                  "storage",
                  "query",
                  "json",
                  "error",
                  "")),
          Map.entry(
              "registry.embedded",
              rooms("registry.embedded", "registry", "query", "json", "error")),
          Map.entry(
              "junit",
              rooms(
                  "junit",
                  "registry.http",
                  "registry.embedded",
                  "job",
                  "registry",
                  "file",
                  "json",
                  "error",
                  "")),
          Map.entry(
              "registry.http",
              rooms(
                  "registry.http",
                  "registry.embedded",
                  "registry.client",
                  "kubernetes",
                  "job",
                  "registry",
                  "query",
                  "json",
                  "error")));

  private static String[] rooms(String... names) {
    String[] packages = new String[names.length];
    for (int i = 0; i < names.length; i++) {
      packages[i] = names[i].isEmpty() ? ROOT : ROOT + "." + names[i];
    }
    return packages;
  }

  @Test
  void rooms_knowOnlyWhomTheyMay() {
    MAY_KNOW.forEach(
        (room, others) ->
            check(
                noClasses()
                    .that()
                    .resideInAPackage(ROOT + "." + room)
                    .should()
                    .dependOnClassesThat(
                        resideInAPackage(ROOT + "..").and(not(resideInAnyPackage(others))))));
  }

  @Test
  void page_hasTheRules() throws IOException {
    Pattern row = Pattern.compile("\\|[^|]*\\| `([a-z.]+)` \\|[^|]*\\| ([^|]*) ?\\|");
    Map<String, SortedSet<String>> onPage = new TreeMap<>();
    for (String line : Files.readAllLines(Path.of("../ARCHITECTURE.md"))) {
      Matcher matcher = row.matcher(line);
      if (matcher.matches() && MAY_KNOW.containsKey(matcher.group(1))) {
        SortedSet<String> others = new TreeSet<>();
        Matcher name = Pattern.compile("`([a-z.]+)`").matcher(matcher.group(2));
        while (name.find()) {
          others.add(name.group(1).equals(ROOT) ? ROOT : ROOT + "." + name.group(1));
        }
        onPage.put(matcher.group(1), others);
      }
    }
    Map<String, SortedSet<String>> rules = new TreeMap<>();
    MAY_KNOW.forEach(
        (room, others) -> {
          SortedSet<String> known = new TreeSet<>(List.of(others));
          known.remove(ROOT + "." + room);
          rules.put(room, known);
        });
    assertEquals(rules, onPage);
  }

  @Test
  void lifecycle_doesNotKnowStorageDatabaseOrServer() {
    check(
        noClasses()
            .that()
            .resideInAPackage(ROOT)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                rooms("storage", "registry.embedded", "registry.http", "checkpoint", "examples")));
  }

  @Test
  void everyRoom_isListed() {
    for (JavaClass javaClass : classes) {
      String room = javaClass.getPackageName().substring(ROOT.length());
      assertTrue(
          room.isEmpty() || room.equals(".examples") || MAY_KNOW.containsKey(room.substring(1)),
          () -> javaClass.getName() + " is in a room that the house does not have");
    }
  }

  @Test
  void onlyTheMain_wiresDatabaseAndClusterToTheServer() {
    check(
        noClasses()
            .that()
            .resideInAPackage(ROOT + ".registry.http")
            .and()
            .haveSimpleNameNotStartingWith("Server")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(rooms("registry.embedded", "kubernetes")));
  }

  @Test
  void libraries_liveWhereTheyBelong() {
    onlyIn("java.sql..", "registry.embedded");
    onlyIn("org.jdbi..", "registry.embedded");
    onlyIn("org.flywaydb..", "registry.embedded");
    onlyIn("com.zaxxer..", "registry.embedded");
    onlyIn("org.h2..", "registry.embedded");
    onlyIn("okhttp3..", "file", "registry.client", "storage", "kubernetes");
    onlyIn("io.kubernetes..", "kubernetes");
    onlyIn("io.minio..", "storage");
    onlyIn("io.javalin..", "registry.http");
    onlyIn("org.eclipse.jetty..", "registry.http");
    onlyIn("jakarta.servlet..", "registry.http");
    onlyIn("com.fasterxml.jackson..", "json", "checkpoint");
    onlyIn("org.apache.commons.compress..", "file", "examples");
    onlyIn("picocli..", "registry.http", "examples", "examples.cli");
    onlyIn("org.junit..", "junit");
    onlyIn("io.micrometer..", "registry.http");
  }

  private static void onlyIn(String library, String... rooms) {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages(rooms(rooms))
            .should()
            .dependOnClassesThat()
            .resideInAPackage(library));
  }

  @Test
  void environment_isReadAtTheEdgeOnly() {
    check(
        noClasses()
            .that()
            .doNotHaveSimpleName("ModelSplitterExecutor") // whose execute is a main
            .should()
            .callMethodWhere(
                JavaCall.Predicates.target(HasName.Predicates.name("getenv"))
                    .and(
                        DescribedPredicate.describe(
                            "outside fromEnvironment and main",
                            call -> !call.getOrigin().getName().matches("fromEnvironment|main")))));
  }

  @Test
  void packages_haveNoCycles() {
    check(slices().matching(ROOT + ".(**)").should().beFreeOfCycles());
  }

  @Test
  void everyPackage_isNullMarked() {
    for (JavaClass javaClass : classes) {
      assertTrue(
          javaClass.getPackage().isAnnotatedWith(NullMarked.class), javaClass::getPackageName);
    }
  }

  @Test
  void implementations_areNamedByWhatTheyAre() {
    check(
        classes()
            .should()
            .haveSimpleNameNotEndingWith("Impl")
            .andShould()
            .haveSimpleNameNotEndingWith("Util")
            .andShould()
            .haveSimpleNameNotEndingWith("Utils")
            .andShould()
            .haveSimpleNameNotEndingWith("Helper"));
  }

  private static void check(ArchRule rule) {
    rule.check(classes);
  }
}
