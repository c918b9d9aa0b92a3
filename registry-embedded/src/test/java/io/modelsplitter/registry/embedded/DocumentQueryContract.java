package io.modelsplitter.registry.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariDataSource;
import io.modelsplitter.SharedData;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import io.modelsplitter.query.Filter;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Every filter of the shared conformance data, asked of all of its documents: a database answers
 * what the matcher answers, and where an index says that it is exact, it is.
 */
@NullUnmarked
@Timeout(300) // hundreds of filters
abstract class DocumentQueryContract {
  /** So many cases share their documents. */
  private static final int GROUP = 100;

  private int exact;

  /** A new, empty database. */
  protected abstract HikariDataSource pool();

  @Test
  void filters_ofTheSuite_areAnsweredAsByTheMatcher() throws IOException {
    List<Map<String, Object>> tests = list(file("mongodb-suite.json").get("query"));
    int checked = 0;
    for (int from = 0; from < tests.size(); from += GROUP) {
      Set<Map<String, Object>> documents = new LinkedHashSet<>();
      Set<Map<String, Object>> filters = new LinkedHashSet<>();
      for (Map<String, Object> test : tests.subList(from, Math.min(tests.size(), from + GROUP))) {
        if (test.get("docs") instanceof List<?> && test.get("filter") instanceof Map<?, ?> filter) {
          documents.addAll(list(test.get("docs")));
          filters.add(object(filter));
        }
      }
      checked += check(new ArrayList<>(documents), filters);
    }
    assertTrue(checked >= 600, "only " + checked + " filters were asked");
  }

  @Test
  void filters_ofTheRandomCases_areAnsweredAsByTheMatcher() throws IOException {
    Map<String, Object> file = file("filters.json");
    Set<Map<String, Object>> filters = new LinkedHashSet<>();
    list(file.get("cases")).forEach(test -> filters.add(object(test.get("filter"))));
    int checked = check(list(file.get("documents")), filters);
    assertTrue(exact >= 250, "only " + exact + " filters were answered by an index alone");
    assertTrue(checked >= 800, "only " + checked + " filters were asked");
  }

  private int check(List<Map<String, Object>> given, Set<Map<String, Object>> filters) {
    try (HikariDataSource pool = pool()) {
      Documents documents = new Documents(pool);
      documents.add(given.stream().<Map<String, Object>>map(LinkedHashMap::new).toList());
      Map<Long, Map<String, Object>> all = documents.all();
      assertEquals(given.size(), all.size());
      int checked = 0;
      for (Map<String, Object> map : filters) {
        Filter filter;
        try {
          filter = Filter.parse(map);
        } catch (BadInputException e) {
          continue; // refused, which QueryConformanceTest looks at
        }
        exact += MatcherOracle.check(documents, all, filter).isExact() ? 1 : 0;
        checked++;
      }
      return checked;
    }
  }

  private static Map<String, Object> file(String name) throws IOException {
    return Json.parseObject(
        name, Files.readAllBytes(SharedData.require("conformance").resolve(name)));
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> list(Object value) {
    return (List<Map<String, Object>>) value;
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> object(Object value) {
    return (Map<String, Object>) value;
  }
}
