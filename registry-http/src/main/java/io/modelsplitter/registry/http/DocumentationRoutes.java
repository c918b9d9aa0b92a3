package io.modelsplitter.registry.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Set;

/**
 * {@code /openapi.json}, which tells of every endpoint, and {@code /docs}, a page that shows it and
 * fetches nothing from elsewhere. Both are open to everybody: a browser has no token to send.
 */
final class DocumentationRoutes implements Routes {
  /** What is served, by path: the resource and its type. */
  private static final Map<String, Resource> RESOURCES =
      Map.of(
          "/openapi.json", new Resource("openapi.json", "application/json"),
          "/docs", new Resource("docs.html", "text/html; charset=utf-8"),
          "/docs/docs.css", new Resource("docs.css", "text/css; charset=utf-8"),
          "/docs/docs.js", new Resource("docs.js", "text/javascript; charset=utf-8"));

  static final Set<String> PATHS = RESOURCES.keySet();

  /** Only what this server has, and nothing that stands within the page. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private record Resource(String name, String type) {}

  @Override
  public void add(RoutesConfig routes) {
    RESOURCES.forEach(
        (path, resource) -> {
          byte[] content = read(resource.name);
          routes.get(path, ctx -> answer(ctx, resource.type, content));
        });
  }

  private static void answer(Context ctx, String type, byte[] content) {
    ctx.header("Content-Security-Policy", POLICY);
    ctx.header("X-Content-Type-Options", "nosniff");
    ctx.header("Referrer-Policy", "no-referrer");
    ctx.contentType(type).result(content);
  }

  private static byte[] read(String name) {
    try (InputStream in = DocumentationRoutes.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the jar has no " + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
