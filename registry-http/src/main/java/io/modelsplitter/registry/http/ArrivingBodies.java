package io.modelsplitter.registry.http;

import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.EagerContentHandler;
import org.eclipse.jetty.server.handler.EagerContentHandler.RetainedContentLoaderFactory;
import org.eclipse.jetty.util.Callback;

/**
 * Awaits the bodies of requests without a thread, however slowly they come, and without more memory
 * than there is for all of them.
 */
final class ArrivingBodies extends Handler.Wrapper {
  /** So much of a body is awaited; the rest is read by the thread that answers. */
  private static final int AWAITED_BYTES = 256 << 10;

  /** What is held beside each piece that came, were it one byte. */
  private static final int PIECE_BYTES = 128;

  private final Connections connections;

  ArrivingBodies(Connections connections, RunningRequests requests) {
    super(
        new EagerContentHandler(
            requests, new RetainedContentLoaderFactory(AWAITED_BYTES, PIECE_BYTES, false)));
    this.connections = connections;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    boolean isUnknown = request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING);
    long length = isUnknown ? AWAITED_BYTES : request.getLength();
    if (length > 0) {
      connections.arrives(
          Connections.socket(request),
          (int) Math.min(AWAITED_BYTES, Math.min(AWAITED_BYTES, length) * (1 + PIECE_BYTES)));
    }
    return super.handle(request, response, callback);
  }
}
