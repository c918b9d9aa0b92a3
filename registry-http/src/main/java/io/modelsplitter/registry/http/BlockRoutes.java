package io.modelsplitter.registry.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.query.Filter;
import io.modelsplitter.registry.Block;
import io.modelsplitter.registry.BlockRegistry;
import io.modelsplitter.registry.Query;
import io.modelsplitter.registry.Stored;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code /blocks}: answers without an envelope, and failures as {@code {"message": …}}. */
final class BlockRoutes implements Routes {
  private static final Set<String> LIST_OPTIONS = Set.of("limit", "after");
  private static final Set<String> QUERY_OPTIONS = Set.of("limit", "sort", "after", "explain");

  private final BlockRegistry registry;

  BlockRoutes(BlockRegistry registry) {
    this.registry = registry;
  }

  @Override
  public void add(RoutesConfig routes) {
    routes.post("/blocks", this::create);
    routes.get("/blocks", this::list);
    routes.head("/blocks", this::list);
    routes.post("/blocks/query", this::query);
    routes.get("/blocks/{id}", this::get);
    routes.head("/blocks/{id}", this::get);
    routes.put("/blocks/{id}", this::update);
    routes.delete("/blocks/{id}", this::delete);
  }

  private void create(Context ctx) {
    Stored<Block> stored = registry.create(Block.fromMap(Bodies.object(ctx)));
    ctx.status(201);
    answer(ctx, stored);
  }

  private void get(Context ctx) {
    answer(ctx, registry.get(ctx.pathParam("id")));
  }

  private void update(Context ctx) {
    answer(ctx, RecordRoutes.update(ctx, registry));
  }

  private void delete(Context ctx) {
    registry.delete(ctx.pathParam("id"));
    Answers.json(ctx, Map.of("message", "Block deleted"));
  }

  private static void answer(Context ctx, Stored<Block> stored) {
    Answers.version(ctx, stored);
    Answers.json(ctx, stored.value().toMap());
  }

  private void list(Context ctx) {
    Parameters.onlyKnown(ctx, LIST_OPTIONS);
    int limit = Parameters.limit(ctx);
    answer(ctx, new Query(Filter.all(), List.of(), limit, ctx.queryParam("after")));
  }

  /**
   * Options may stand in the body, as the specification's clients have them, or in the query
   * string, as everywhere else, where they win: a {@code limit} there links to the rest.
   */
  private void query(Context ctx) {
    Parameters.onlyKnown(ctx, QUERY_OPTIONS);
    BlockQuestion asked = BlockQuestion.read(Bodies.object(ctx));
    List<Query.Sort> inUrl = Parameters.sort(ctx);
    List<Query.Sort> sort = inUrl.isEmpty() ? asked.sort() : inUrl;
    String after = ctx.queryParam("after");
    int limit = Parameters.limit(ctx);
    Query query = new Query(asked.filter(), sort, limit, after);
    if (Parameters.isTrue(ctx, "explain")) {
      Answers.json(ctx, registry.explain(query).toMap());
      return;
    }
    if (asked.skip() > 0 && (after != null || limit > 0)) {
      throw new BadInputException(
          "options.skip does not go with limit or after in the query string, which say where to go"
              + " on");
    }
    if (limit > 0) {
      answer(ctx, query);
      return;
    }
    BlockQuestion question = new BlockQuestion(asked.filter(), sort, asked.limit(), asked.skip());
    Answers.stream(
        ctx, Answers.BARE, Block::toMap, action -> question.run(registry, after, action));
  }

  private void answer(Context ctx, Query query) {
    if (query.limit() == 0) {
      Answers.stream(ctx, Answers.BARE, Block::toMap, action -> registry.query(query, action));
      return;
    }
    List<Map<String, Object>> page = new ArrayList<>();
    Optional<String> next = registry.query(query, block -> page.add(block.toMap()));
    next.ifPresent(cursor -> ctx.header("Link", Parameters.nextLink(ctx, cursor)));
    Answers.json(ctx, page);
  }
}
