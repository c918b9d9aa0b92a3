package io.modelsplitter.registry.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.modelsplitter.error.NotFoundException;
import io.modelsplitter.json.Json;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * {@code /}, a page that shows what is registered, live. It is open to everybody and holds no data:
 * its script asks the endpoints, with the token that a person types.
 */
final class PageRoutes implements Routes {
  private static final String FOLDER = "/page/";

  private static final Set<String> PARTS =
      Set.of(
          "address.js",
          "api.js",
          "columns.js",
          "dom.js",
          "icon.svg",
          "page.css",
          "page.js",
          "sharing.js",
          "state.js",
          "table.js",
          "text.js",
          "views.js");

  static final Set<String> PATHS =
      Stream.concat(Stream.of("/"), PARTS.stream().map(part -> FOLDER + part))
          .collect(Collectors.toUnmodifiableSet());

  private final Map<String, Asset> parts =
      PARTS.stream()
          .collect(
              Collectors.toUnmodifiableMap(
                  Function.identity(), part -> Asset.read("page/" + part)));

  @Override
  public void add(RoutesConfig routes) {
    Asset.read("page/index.html").add(routes, "/");
    routes.get(FOLDER + "{id}", this::part);
    routes.head(FOLDER + "{id}", this::part);
  }

  private void part(Context ctx) {
    String name = ctx.pathParam("id");
    Asset part = parts.get(name);
    if (part == null) {
      throw new NotFoundException("the page has no part " + Json.show(name), name);
    }
    part.answer(ctx);
  }
}
