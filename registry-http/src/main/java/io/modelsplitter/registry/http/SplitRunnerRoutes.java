package io.modelsplitter.registry.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.modelsplitter.registry.NewSplitRunner;
import io.modelsplitter.registry.SplitRunner;
import io.modelsplitter.registry.SplitRunnerRegistry;
import io.modelsplitter.registry.Stored;
import java.util.Set;

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
    records.addAllButDelete(routes);
    routes.delete(records.one() + "/{id}", this::delete);
  }

  private void delete(Context ctx) {
    Parameters.onlyKnown(ctx, Set.of("force"));
    boolean force = Parameters.isTrue(ctx, "force");
    records.delete(ctx, force ? registry::forget : registry::delete);
  }

  private void create(Context ctx) {
    Stored<SplitRunner> stored = registry.create(NewSplitRunner.fromMap(Bodies.object(ctx)));
    records.created(ctx, stored.value().splitRunnerId(), stored, true);
  }
}
