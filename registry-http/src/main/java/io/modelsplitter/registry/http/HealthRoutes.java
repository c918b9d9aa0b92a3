package io.modelsplitter.registry.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.modelsplitter.error.NotFoundException;
import io.modelsplitter.error.Problems;
import io.modelsplitter.error.UnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * {@code /healthz}: this process answers. {@code /readyz}: each registry that it serves has asked
 * what it stands on; 503 when one could not, or not within two seconds. Both are open to everybody,
 * as probes have no token.
 */
final class HealthRoutes implements Routes {
  static final Set<String> PATHS = Set.of("/healthz", "/readyz");

  /** Any key does: to know that there is no such record, the database must be asked. */
  private static final String KEY = "readyz";

  private static final long PATIENCE_SECONDS = 2;

  /** A check that takes longer hangs on a connection that is dead, so another one is begun. */
  private static final long HANGS = TimeUnit.SECONDS.toNanos(10);

  private final List<Function<String, ?>> registries = new ArrayList<>();
  private CompletableFuture<Void> check = CompletableFuture.completedFuture(null);
  private long begun;

  /** A registry that is served: its way to get a record by its key. */
  void add(Function<String, ?> get) {
    registries.add(get);
  }

  @Override
  public void add(RoutesConfig routes) {
    routes.get("/healthz", HealthRoutes::ok);
    routes.get(
        "/readyz",
        ctx -> {
          ready();
          ok(ctx);
        });
  }

  private void ready() throws InterruptedException {
    try {
      check().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new UnavailableException(
          "not ready: a registry has not answered for " + PATIENCE_SECONDS + " seconds", null);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new UnavailableException("not ready: " + Problems.describe(cause), cause);
    }
  }

  /** However many ask, one check runs. */
  private synchronized CompletableFuture<Void> check() {
    long now = System.nanoTime();
    if (check.isDone() || now - begun > HANGS) {
      begun = now;
      check = CompletableFuture.runAsync(this::ask, HealthRoutes::inItsOwnThread);
    }
    return check;
  }

  private void ask() {
    for (Function<String, ?> get : registries) {
      try {
        Object unused = get.apply(KEY);
      } catch (NotFoundException e) {
        // as was to be expected
      }
    }
  }

  private static void inItsOwnThread(Runnable task) {
    Thread thread = new Thread(task, "readyz");
    thread.setDaemon(true);
    thread.start();
  }

  private static void ok(Context ctx) {
    Answers.success(ctx, Map.of("status", "ok"));
  }
}
