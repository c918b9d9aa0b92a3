package io.modelsplitter.registry.http;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.modelsplitter.query.Filter;
import io.modelsplitter.registry.Explanation;
import io.modelsplitter.registry.Query;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Answers the records that a filter selects: the body is the filter, the rest of a {@link Query} is
 * in the query string. Without a limit the answer is streamed.
 */
record FilterRoute<T>(
    Source<T> source,
    Function<Query, Explanation> explanation,
    Function<T, Map<String, Object>> toWire)
    implements Handler {
  private static final Set<String> OPTIONS = Set.of("limit", "sort", "after", "explain");

  /** A registry that hands over what a query selects. */
  interface Source<T> {
    Optional<String> query(Query query, Consumer<? super T> action);
  }

  @Override
  public void handle(Context ctx) {
    Parameters.onlyKnown(ctx, OPTIONS);
    Filter filter = Filter.parse(Bodies.object(ctx));
    Query query =
        new Query(filter, Parameters.sort(ctx), Parameters.limit(ctx), ctx.queryParam("after"));
    if (Parameters.isTrue(ctx, "explain")) {
      Answers.success(ctx, explanation.apply(query).toMap());
      return;
    }
    if (query.limit() == 0) {
      Answers.stream(ctx, toWire, action -> source.query(query, action));
      return;
    }
    List<Map<String, Object>> page = new ArrayList<>();
    Optional<String> next = source.query(query, value -> page.add(toWire.apply(value)));
    Answers.page(ctx, page, next);
  }
}
