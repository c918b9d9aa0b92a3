package io.modelsplitter.registry.http;

import java.time.Duration;
import java.time.Instant;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.NanoTime;
import org.jspecify.annotations.Nullable;

/**
 * A request and its answer, when that is sent.
 *
 * @param method as the client wrote it
 * @param route the template of the endpoint, such as {@code /task/{id}}, or {@link #UNMATCHED}
 * @param path as it was routed, without the query and without what stands behind a {@code ;}; where
 *     a request could not be read, Jetty's {@code /badMessage}
 * @param bytes of the answer's body
 * @param took from the first byte of the request to the last of the answer
 * @param caller null where no token was asked for, or none was good
 * @param remote the address of who connected
 */
record Exchange(
    Instant began,
    String id,
    String method,
    String route,
    String path,
    int status,
    long bytes,
    Duration took,
    @Nullable Caller caller,
    String remote) {

  /** The route of what no endpoint is for. */
  static final String UNMATCHED = "unmatched";

  static Exchange of(Request request, Response response, String route) {
    String path = request.getHttpURI().getPath();
    return new Exchange(
        Instant.ofEpochMilli(Request.getTimeStamp(request)),
        RequestIds.of(request),
        request.getMethod(),
        route,
        path == null ? "" : path.replaceAll(";[^/]*", ""),
        response.getStatus(),
        Response.getContentBytesWritten(response),
        Duration.ofNanos(NanoTime.since(request.getBeginNanoTime())),
        Caller.of(request),
        String.valueOf(Request.getRemoteAddr(request)));
  }
}
