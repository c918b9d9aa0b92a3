package io.modelsplitter.registry.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.modelsplitter.registry.ModelLayer;
import io.modelsplitter.registry.ModelLayerRegistry;
import io.modelsplitter.registry.Registration;

/** {@code /model-layer} and {@code /model-layers}. */
final class ModelLayerRoutes implements Routes {
  private final ModelLayerRegistry registry;
  private final RecordRoutes<ModelLayer> records;

  ModelLayerRoutes(ModelLayerRegistry registry) {
    this.registry = registry;
    this.records =
        new RecordRoutes<>(
            "/model-layer", "/model-layers", "ModelLayer", registry, ModelLayer::toMap);
  }

  @Override
  public void add(RoutesConfig routes) {
    routes.post(records.one(), this::create);
    records.add(routes);
  }

  private void create(Context ctx) {
    Registration<ModelLayer> done = registry.create(ModelLayer.fromMap(Bodies.object(ctx)));
    String hash = done.stored().value().modelLayerHash();
    records.created(ctx, hash, done.stored(), done.created());
  }
}
