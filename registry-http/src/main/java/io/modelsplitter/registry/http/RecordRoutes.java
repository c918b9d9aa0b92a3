package io.modelsplitter.registry.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.modelsplitter.query.Update;
import io.modelsplitter.registry.RecordRegistry;
import io.modelsplitter.registry.Stored;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What is alike for every registry of records: {@code GET}, {@code PUT} and {@code DELETE} of one,
 * and questions for many.
 *
 * @param one the path of one record, less its key
 * @param many the path of questions
 * @param name what messages call a record
 * @param wire a record as it goes over the wire
 */
record RecordRoutes<T>(
    String one,
    String many,
    String name,
    RecordRegistry<T> registry,
    Function<T, Map<String, Object>> wire)
    implements Routes {

  @Override
  public void add(RoutesConfig routes) {
    addAllButDelete(routes);
    routes.delete(one + "/{id}", ctx -> delete(ctx, registry::delete));
  }

  void addAllButDelete(RoutesConfig routes) {
    routes.get(one + "/{id}", this::get);
    routes.head(one + "/{id}", this::get);
    routes.put(one + "/{id}", this::update);
    routes.post(many, new FilterRoute<T>(registry::query, registry::explain, wire));
  }

  private void get(Context ctx) {
    Stored<T> stored = registry.get(ctx.pathParam("id"));
    Answers.version(ctx, stored);
    Answers.success(ctx, wire.apply(stored.value()));
  }

  /** Changes the record in the path as the body says, if it has the version asked for. */
  static <T> Stored<T> update(Context ctx, RecordRegistry<T> registry) {
    Update update = Update.parse(Bodies.object(ctx));
    Caller.checkUpdate(ctx, update);
    String id = ctx.pathParam("id");
    OptionalLong version = Parameters.ifMatch(ctx);
    return version.isPresent()
        ? registry.update(id, update, version.getAsLong())
        : registry.update(id, update);
  }

  private void update(Context ctx) {
    Stored<T> stored = update(ctx, registry);
    Answers.version(ctx, stored);
    Answers.success(ctx, Answers.withMessage(name + " updated", wire.apply(stored.value())));
  }

  /** Deletes a record in one way or another. */
  void delete(Context ctx, Consumer<String> delete) {
    delete.accept(ctx.pathParam("id"));
    Answers.success(ctx, Map.of("message", name + " deleted"));
  }

  /** Answers a record that was created, or was there. */
  void created(Context ctx, String id, Stored<T> stored, boolean isNew) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("message", name + (isNew ? " created" : " exists"));
    data.put("id", id);
    data.putAll(wire.apply(stored.value()));
    ctx.status(isNew ? 201 : 200);
    Answers.version(ctx, stored);
    Answers.success(ctx, data);
  }
}
