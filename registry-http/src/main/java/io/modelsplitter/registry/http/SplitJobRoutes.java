package io.modelsplitter.registry.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.modelsplitter.error.UnavailableException;

/** The split jobs of a server that has nothing to launch them with. */
final class SplitJobRoutes implements Routes {

  @Override
  public void add(RoutesConfig routes) {
    routes.post("/start_model_split_job", SplitJobRoutes::refuse);
    routes.get("/model_split_job/{id}", SplitJobRoutes::refuse);
    routes.get("/model_split_job/{id}/logs", SplitJobRoutes::refuse);
    routes.delete("/model_split_job/{id}", SplitJobRoutes::refuse);
  }

  private static void refuse(Context ctx) {
    throw new UnavailableException("no job launcher configured", null);
  }
}
