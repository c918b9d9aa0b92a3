package io.modelsplitter.registry.http;

import io.modelsplitter.json.Json;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/**
 * Answers what never reaches a route, such as a URL that cannot be read, in a form for every
 * client.
 */
final class JettyErrors extends ErrorHandler {

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    Object status = request.getAttribute(ERROR_STATUS);
    int code = status instanceof Integer number ? number : response.getStatus();
    answer(response, callback, code, HttpStatus.getMessage(code));
    return true;
  }

  static void answer(Response response, Callback callback, int code, String error) {
    String text = Json.write(Errors.envelope("", error, null));
    response.setStatus(code);
    response.getHeaders().put(RequestIds.HEADER, RequestIds.of(response.getRequest()));
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
    if (code == HttpStatus.SERVICE_UNAVAILABLE_503) {
      response.getHeaders().put(HttpHeader.RETRY_AFTER, "1");
    }
    Content.Sink.write(response, true, text, callback);
  }
}
