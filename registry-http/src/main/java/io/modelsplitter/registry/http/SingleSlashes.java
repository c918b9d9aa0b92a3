package io.modelsplitter.registry.http;

import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.URIUtil;

/**
 * Takes {@code //tasks} for {@code /tasks}: a client in the field puts its paths behind a base URL
 * that may end in a slash.
 */
final class SingleSlashes implements HttpConfiguration.Customizer {

  @Override
  public Request customize(Request request, HttpFields.Mutable responseHeaders) {
    HttpURI asked = request.getHttpURI();
    String path = asked.getPath();
    if (path == null || !path.contains("//")) {
      return request;
    }
    String compact = URIUtil.compactPath(path);
    return Request.serveAs(request, HttpURI.build(asked).path(compact).asImmutable());
  }
}
