package io.modelsplitter.registry.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * {@code /healthz}: this process answers. {@code /readyz}: what it stands on answers, too; 503
 * while it does not. Both are open to everybody, as probes have no token.
 */
final class HealthRoutes implements Routes {
  static final Set<String> PATHS = Set.of("/healthz", "/readyz");

  private final List<Runnable> checks = new ArrayList<>();

  /** Something that throws while this server is of no use. */
  void add(Runnable check) {
    checks.add(check);
  }

  @Override
  public void add(RoutesConfig routes) {
    routes.get("/healthz", HealthRoutes::ok);
    routes.get(
        "/readyz",
        ctx -> {
          checks.forEach(Runnable::run);
          ok(ctx);
        });
  }

  private static void ok(Context ctx) {
    Answers.success(ctx, Map.of("status", "ok"));
  }
}
