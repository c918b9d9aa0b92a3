package io.modelsplitter.registry.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.json.Json;
import io.modelsplitter.query.Filter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A database answers what the matcher answers, and where an index says that it is exact, it is. */
final class MatcherOracle {

  private MatcherOracle() {}

  /**
   * Asks the database, and fails where it answers something else.
   *
   * @param all what {@link Documents#all} answers
   * @return what an index finds for the filter
   */
  static Documents.Candidates check(
      Documents documents, Map<Long, Map<String, Object>> all, Filter filter) {
    List<Long> matching = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    all.forEach(
        (number, document) -> {
          if (filter.matches(document)) {
            matching.add(number);
            expected.add(Json.write(document));
          }
        });
    List<String> found = documents.query(filter).stream().map(Json::write).toList();
    assertEquals(expected, found, filter::toString);
    Documents.Candidates candidates = documents.candidates(filter);
    assertTrue(candidates.numbers().containsAll(matching), filter::toString);
    if (candidates.isExact()) {
      assertEquals(Set.copyOf(matching), candidates.numbers(), filter::toString);
    }
    return candidates;
  }
}
