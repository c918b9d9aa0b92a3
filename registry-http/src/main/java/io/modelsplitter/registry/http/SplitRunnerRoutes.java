package io.modelsplitter.registry.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.modelsplitter.registry.NewSplitRunner;
import io.modelsplitter.registry.SplitRunner;
import io.modelsplitter.registry.SplitRunnerRegistry;
import io.modelsplitter.registry.Stored;

/** {@code /split-runner} and {@code /split-runners}. */
final class SplitRunnerRoutes implements Routes {
  private final SplitRunnerRegistry registry;
  private final RecordRoutes<SplitRunner> records;

  SplitRunnerRoutes(SplitRunnerRegistry registry) {
    this.registry = registry;
    this.records =
        new RecordRoutes<>(
            "/split-runner", "/split-runners", "SplitRunner", registry, SplitRunner::toMap);
  }

  @Override
  public void add(RoutesConfig routes) {
    routes.post(records.one(), this::create);
    records.add(routes);
  }

  private void create(Context ctx) {
    Stored<SplitRunner> stored = registry.create(NewSplitRunner.fromMap(Bodies.object(ctx)));
    records.created(ctx, stored.value().splitRunnerId(), stored, true);
  }
}
