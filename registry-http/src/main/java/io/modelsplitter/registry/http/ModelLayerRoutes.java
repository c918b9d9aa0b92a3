package io.modelsplitter.registry.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.modelsplitter.query.Update;
import io.modelsplitter.registry.ModelLayer;
import io.modelsplitter.registry.ModelLayerRegistry;
import io.modelsplitter.registry.Registration;
import io.modelsplitter.registry.Stored;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/** {@code /model-layer} and {@code /model-layers}. */
final class ModelLayerRoutes implements Routes {
  private final ModelLayerRegistry registry;

  ModelLayerRoutes(ModelLayerRegistry registry) {
    this.registry = registry;
  }

  @Override
  public void add(RoutesConfig routes) {
    routes.post("/model-layer", this::create);
    routes.get("/model-layer/{hash}", this::get);
    routes.head("/model-layer/{hash}", this::get);
    routes.put("/model-layer/{hash}", this::update);
    routes.delete("/model-layer/{hash}", this::delete);
    routes.post(
        "/model-layers",
        new FilterRoute<ModelLayer>(registry::query, registry::explain, ModelLayer::toMap));
  }

  private void create(Context ctx) {
    Registration<ModelLayer> done = registry.create(ModelLayer.fromMap(Bodies.object(ctx)));
    ModelLayer layer = done.stored().value();
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("message", done.created() ? "ModelLayer created" : "ModelLayer exists");
    data.put("id", layer.modelLayerHash());
    data.putAll(layer.toMap());
    ctx.status(done.created() ? 201 : 200);
    Answers.version(ctx, done.stored());
    Answers.success(ctx, data);
  }

  private void get(Context ctx) {
    Stored<ModelLayer> stored = registry.get(ctx.pathParam("hash"));
    Answers.version(ctx, stored);
    Answers.success(ctx, stored.value().toMap());
  }

  private void update(Context ctx) {
    Update update = Update.parse(Bodies.object(ctx));
    String hash = ctx.pathParam("hash");
    OptionalLong version = Parameters.ifMatch(ctx);
    Stored<ModelLayer> stored =
        version.isPresent()
            ? registry.update(hash, update, version.getAsLong())
            : registry.update(hash, update);
    Answers.version(ctx, stored);
    Answers.success(ctx, Answers.withMessage("ModelLayer updated", stored.value().toMap()));
  }

  private void delete(Context ctx) {
    registry.delete(ctx.pathParam("hash"));
    Answers.success(ctx, Map.of("message", "ModelLayer deleted"));
  }
}
