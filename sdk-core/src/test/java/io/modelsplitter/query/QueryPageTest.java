package io.modelsplitter.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code QUERIES.md} has every operator, and each does what its row says. */
class QueryPageTest {
  private static final Path SOURCES = Path.of("src/main/java/io/modelsplitter/query");
  private static final Pattern OPERATOR = Pattern.compile("\"(\\$[a-zA-Z]+)\"");
  private static final Pattern NAME = Pattern.compile("(\\$[a-zA-Z]+)\\b");

  private static Set<String> operatorsIn(String... sources) throws IOException {
    Set<String> operators = new TreeSet<>();
    for (String source : sources) {
      operators.addAll(found(OPERATOR, Files.readString(SOURCES.resolve(source))));
    }
    return operators;
  }

  private static Set<String> found(Pattern pattern, String text) {
    return pattern
        .matcher(text)
        .results()
        .map(match -> match.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> operatorsOf(List<List<String>> table) {
    return table.stream().map(row -> row.get(0)).collect(Collectors.toCollection(TreeSet::new));
  }

  private static Map<String, Object> json(String text) {
    return Json.parseObject(text, text);
  }

  @Test
  void filters_areThoseOfTheParser() throws IOException {
    assertEquals(
        operatorsIn("ConditionParser.java", "FilterParser.java"),
        operatorsOf(QueryPage.table("## Filters")));
  }

  @Test
  void updates_areThoseOfTheParser() throws IOException {
    Set<String> known = operatorsIn("UpdateOperator.java", "UpdateParser.java");
    known.remove("$type"); // of $currentDate, which names it
    assertEquals(known, operatorsOf(QueryPage.table("## Updates")));
    for (UpdateOperator operator : UpdateOperator.values()) {
      assertTrue(known.contains(operator.sign), operator.sign);
    }
  }

  @Test
  void filters_matchAsTheirRowsSay() throws IOException {
    for (List<String> row : QueryPage.table("## Filters")) {
      assertEquals(7, row.size(), row::toString);
      assertTrue(row.get(3).contains("\"" + row.get(0) + "\""), row::toString);
      check(row, row.get(3), row.get(4), row.get(5));
    }
    for (List<String> row : QueryPage.table("### Paths")) {
      assertEquals(4, row.size(), row::toString);
      check(row, row.get(1), row.get(2), row.get(3));
    }
  }

  private static void check(List<String> row, String example, String matches, String other) {
    Filter filter = Filter.parse(json(example));
    assertTrue(filter.matches(json(matches)), row::toString);
    assertFalse(filter.matches(json(other)), row::toString);
  }

  @Test
  void updates_doWhatTheirRowsSay() throws IOException {
    for (List<String> row : QueryPage.table("## Updates")) {
      assertEquals(6, row.size(), row::toString);
      assertTrue(row.get(3).contains("\"" + row.get(0) + "\""), row::toString);
      Map<String, Object> after = Update.parse(json(row.get(3))).apply(json(row.get(4)));
      if (row.get(5).equals("now")) {
        assertNotEquals(json(row.get(4)), after);
      } else {
        assertEquals(Json.write(json(row.get(5))), Json.write(after), row::toString);
      }
    }
  }

  @Test
  void javadocAndDocumentOfEndpoints_nameEveryOperator() throws IOException {
    String document =
        Files.readString(
            Path.of(
                "../registry-http/src/main/resources/io/modelsplitter/registry/http/openapi.json"));
    Set<String> filters = operatorsOf(QueryPage.table("## Filters"));
    Set<String> updates = operatorsOf(QueryPage.table("## Updates"));
    assertEquals(filters, found(NAME, Files.readString(SOURCES.resolve("Filter.java"))));
    Set<String> ofUpdate = found(NAME, Files.readString(SOURCES.resolve("Update.java")));
    ofUpdate.remove("$type"); // of $currentDate, which names it
    assertEquals(updates, ofUpdate);
    Set<String> inDocument = found(NAME, document);
    inDocument.remove("$ref"); // of JSON Schema
    Set<String> known = new TreeSet<>(filters);
    for (UpdateOperator operator : UpdateOperator.values()) {
      known.add(operator.sign);
    }
    assertEquals(known, inDocument);
  }
}
