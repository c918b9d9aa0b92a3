package io.modelsplitter.registry.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.modelsplitter.json.Json;
import io.modelsplitter.query.Filter;
import io.modelsplitter.registry.Explanation.AnsweredBy;
import io.modelsplitter.registry.Query;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.NullUnmarked;

/** For each document and filter a database answers what the matcher answers. */
@NullUnmarked
abstract class QueryProperties {

  /** The table that all attempts share. */
  protected abstract Documents documents();

  /** The table without what an attempt left that failed. */
  private Documents emptied() {
    Documents documents = documents();
    documents.clear();
    return documents;
  }

  @Property(tries = 150)
  void filter_isAnsweredAsByTheMatcher(
      @ForAll("documentLists") List<Map<String, Object>> given,
      @ForAll("filterLists") List<Filter> filters) {
    Documents documents = emptied();
    documents.add(given.stream().<Map<String, Object>>map(LinkedHashMap::new).toList());
    filters.forEach(filter -> check(documents, filter));
    documents.clear();
  }

  @Property(tries = 60)
  void change_isFoundByTheNextQuery(
      @ForAll("documentLists") List<Map<String, Object>> given,
      @ForAll("documentLists") List<Map<String, Object>> changes,
      @ForAll("filterLists") List<Filter> filters) {
    Documents documents = emptied();
    documents.add(given.stream().<Map<String, Object>>map(LinkedHashMap::new).toList());
    documents.query(Filter.all()); // so that some are indexed before they change
    List<Long> numbers = List.copyOf(documents.all().keySet());
    for (int i = 0; i < Math.min(numbers.size(), changes.size()); i++) {
      documents.replace(numbers.get(i), changes.get(i));
    }
    filters.forEach(filter -> check(documents, filter));
    documents.clear();
  }

  private static void check(Documents documents, Filter filter) {
    Documents.Candidates candidates = MatcherOracle.check(documents, documents.all(), filter);
    Query query = Query.of(filter);
    assertEquals(
        candidates.isScan() && !candidates.isExact(),
        documents.explain(query).slowest() == AnsweredBy.SCAN,
        () -> filter + " " + documents.explain(query));
  }

  @Property(tries = 150)
  void sort_isMongosOrder(
      @ForAll("shortDocumentLists") List<Map<String, Object>> given,
      @ForAll("sorts") List<Query.Sort> sort,
      @ForAll("filterLists") List<Filter> filters) {
    Documents documents = emptied();
    documents.add(given.stream().<Map<String, Object>>map(LinkedHashMap::new).toList());
    for (Filter filter : List.of(Filter.all(), filters.get(0))) {
      Map<Long, Map<String, Object>> all = documents.all();
      List<Long> numbers = new ArrayList<>(all.keySet());
      numbers.removeIf(number -> !filter.matches(all.get(number)));
      numbers.sort(new SortOracle(sort, all));
      List<String> expected = numbers.stream().map(number -> Json.write(all.get(number))).toList();
      Query query = new Query(filter, sort, 3, null);
      List<String> found = documents.query(query).stream().map(Json::write).toList();
      assertEquals(expected, found, () -> sort + " " + filter);
    }
    documents.clear();
  }

  @Provide
  Arbitrary<List<Map<String, Object>>> documentLists() {
    return Generators.documents(true).list().ofMinSize(1).ofMaxSize(12);
  }

  @Provide
  Arbitrary<List<Map<String, Object>>> shortDocumentLists() {
    return Generators.documents(false)
        .filter(document -> Json.write(document).length() < 60)
        .list()
        .ofMaxSize(12);
  }

  @Provide
  Arbitrary<List<Filter>> filterLists() {
    return Generators.filters(2).list().ofMinSize(4).ofMaxSize(8);
  }

  @Provide
  Arbitrary<List<Query.Sort>> sorts() {
    return Combinators.combine(
            Generators.paths().filter(path -> !path.isEmpty()), Arbitraries.of(true, false))
        .as(Query.Sort::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(3)
        .uniqueElements(Query.Sort::field);
  }
}
