package io.modelsplitter.registry.http;

import io.javalin.http.HandlerType;
import io.javalin.router.InternalRouter;
import io.javalin.router.ParsedEndpoint;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.RequestLog;
import org.eclipse.jetty.server.Response;
import org.jspecify.annotations.Nullable;

/**
 * Tells of every request when it is answered, also of those that never reach a route. Thread-safe.
 *
 * @param router knows the endpoints
 * @param observers are told, in the thread that has answered
 */
record Exchanges(InternalRouter router, List<Consumer<Exchange>> observers) implements RequestLog {
  private static final Map<String, HandlerType> METHODS =
      Map.of(
          "GET", HandlerType.GET,
          "HEAD", HandlerType.HEAD,
          "POST", HandlerType.POST,
          "PUT", HandlerType.PUT,
          "DELETE", HandlerType.DELETE);

  @Override
  public void log(Request request, Response response) {
    Exchange exchange = Exchange.of(request, response, route(request));
    observers.forEach(observer -> observer.accept(exchange));
  }

  /** Asked of the router, since a request that was stopped before has not got there. */
  private String route(Request request) {
    HandlerType method = METHODS.get(request.getMethod());
    String path = request.getHttpURI().getPath();
    if (method == null || path == null) {
      return Exchange.UNMATCHED;
    }
    ParsedEndpoint found = endpoint(method, path);
    if (found == null && method.equals(HandlerType.HEAD)) {
      found = endpoint(HandlerType.GET, path);
    }
    return found == null ? Exchange.UNMATCHED : found.endpoint.path;
  }

  private @Nullable ParsedEndpoint endpoint(HandlerType method, String path) {
    return router.findFirstHttpHandlerEntry(method, path);
  }
}
