package io.modelsplitter.registry.http;

import java.io.IOException;
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
   * @param headers names and values by turns
   */
  static HttpResponse<String> send(
      RegistryServer server, String method, String path, String body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server.url() + path))
            .method(method, BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return HTTP.send(request.build(), BodyHandlers.ofString());
  }
}
