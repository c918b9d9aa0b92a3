package io.modelsplitter.registry.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.modelsplitter.registry.Deadline;
import io.modelsplitter.registry.NewSplitRunner;
import io.modelsplitter.registry.SplitRunner;
import io.modelsplitter.registry.SplitRunnerRegistry;
import io.modelsplitter.registry.Stored;
import java.util.Set;
import java.util.function.Consumer;

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
    Consumer<String> delete = force ? registry::forget : registry::delete;
    records.delete(
        ctx,
        id ->
            Deadline.within(
                Limits.CLUSTER,
                () -> {
                  delete.accept(id);
                  return id;
                }));
  }

  private void create(Context ctx) {
    NewSplitRunner wanted = NewSplitRunner.fromMap(Bodies.object(ctx));
    Stored<SplitRunner> stored = Deadline.within(Limits.CLUSTER, () -> registry.create(wanted));
    records.created(ctx, stored.value().splitRunnerId(), stored, true);
  }
}
