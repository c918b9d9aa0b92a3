package io.modelsplitter.registry.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/** Requests to a server by a client that is not ours. */
final class HttpRequests {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private HttpRequests() {}

  /**
   * Sends one.
   *
   * @param base the server
   * @param path what comes behind it, as it is
   * @param body none where it is empty
   * @param headers names and values by turns
   */
  static HttpResponse<String> send(
      URI base, String method, String path, String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path))
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    try {
      return HTTP.send(request.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(method + " " + path + " was interrupted", e);
    }
  }

  static HttpResponse<String> send(
      RegistryServer server, String method, String path, String body, String... headers) {
    return send(server.url(), method, path, body, headers);
  }

  /** The headers of somebody with a token. */
  static String[] bearer(String token) {
    return new String[] {"Authorization", "Bearer " + token};
  }
}
