package io.modelsplitter.registry.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.modelsplitter.json.Json;
import io.modelsplitter.query.Filter;
import io.modelsplitter.query.QueryPage;
import io.modelsplitter.registry.Query;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@code QUERIES.md} says of how filters are answered is what {@code explain} says. */
class QueryPageIndexTest {

  @Test
  void filters_areAnsweredAsTheirRowsSay() throws IOException {
    try (EmbeddedRegistry registry = EmbeddedRegistry.inMemory()) {
      for (List<String> row : QueryPage.table("## Filters")) {
        Filter filter = Filter.parse(Json.parseObject("the example", row.get(3)));
        String answeredBy = registry.blocks().explain(Query.of(filter)).slowest().wire();
        assertEquals(row.get(6), answeredBy, row::toString);
      }
    }
  }
}
