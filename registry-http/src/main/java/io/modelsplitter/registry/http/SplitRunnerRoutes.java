package io.modelsplitter.registry.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.modelsplitter.query.Update;
import io.modelsplitter.registry.NewSplitRunner;
import io.modelsplitter.registry.SplitRunner;
import io.modelsplitter.registry.SplitRunnerRegistry;
import io.modelsplitter.registry.Stored;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/** {@code /split-runner} and {@code /split-runners}. */
final class SplitRunnerRoutes implements Routes {
  private final SplitRunnerRegistry registry;

  SplitRunnerRoutes(SplitRunnerRegistry registry) {
    this.registry = registry;
  }

  @Override
  public void add(RoutesConfig routes) {
    routes.post("/split-runner", this::create);
    routes.get("/split-runner/{id}", this::get);
    routes.head("/split-runner/{id}", this::get);
    routes.put("/split-runner/{id}", this::update);
    routes.delete("/split-runner/{id}", this::delete);
    routes.post(
        "/split-runners",
        new FilterRoute<SplitRunner>(registry::query, registry::explain, SplitRunner::toMap));
  }

  private void create(Context ctx) {
    Stored<SplitRunner> stored = registry.create(NewSplitRunner.fromMap(Bodies.object(ctx)));
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("message", "SplitRunner created");
    data.put("id", stored.value().splitRunnerId());
    data.putAll(stored.value().toMap());
    ctx.status(201);
    Answers.version(ctx, stored);
    Answers.success(ctx, data);
  }

  private void get(Context ctx) {
    Stored<SplitRunner> stored = registry.get(ctx.pathParam("id"));
    Answers.version(ctx, stored);
    Answers.success(ctx, stored.value().toMap());
  }

  private void update(Context ctx) {
    Update update = Update.parse(Bodies.object(ctx));
    String id = ctx.pathParam("id");
    OptionalLong version = Parameters.ifMatch(ctx);
    Stored<SplitRunner> stored =
        version.isPresent()
            ? registry.update(id, update, version.getAsLong())
            : registry.update(id, update);
    Answers.version(ctx, stored);
    Answers.success(ctx, Answers.withMessage("SplitRunner updated", stored.value().toMap()));
  }

  private void delete(Context ctx) {
    registry.delete(ctx.pathParam("id"));
    Answers.success(ctx, Map.of("message", "SplitRunner deleted"));
  }
}
