package io.modelsplitter.registry.http;

import io.javalin.config.RoutesConfig;
import java.util.Map;
import java.util.Set;

/**
 * {@code /openapi.json}, which tells of every endpoint, and {@code /docs}, a page that shows it and
 * fetches nothing from elsewhere. Both are open to everybody: a browser has no token to send.
 */
final class DocumentationRoutes implements Routes {
  /** What is served, by path. */
  private static final Map<String, String> FILES =
      Map.of(
          "/openapi.json", "openapi.json",
          "/docs", "docs.html",
          "/docs/docs.css", "docs.css",
          "/docs/docs.js", "docs.js");

  static final Set<String> PATHS = FILES.keySet();

  @Override
  public void add(RoutesConfig routes) {
    FILES.forEach((path, file) -> Asset.read(file).add(routes, path));
  }
}
