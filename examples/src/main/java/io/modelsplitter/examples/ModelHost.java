package io.modelsplitter.examples;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/** Serves one file on a free loopback port, as a model hub would. */
final class ModelHost implements AutoCloseable {
  private final HttpServer server;
  private final String url;

  private ModelHost(HttpServer server, String url) {
    this.server = server;
    this.url = url;
  }

  static ModelHost serve(Path file) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    String path = "/models/" + file.getFileName();
    server.createContext(
        path,
        exchange -> {
          try (exchange;
              OutputStream out = exchange.getResponseBody()) {
            exchange.sendResponseHeaders(200, Files.size(file));
            Files.copy(file, out);
          }
        });
    server.start();
    return new ModelHost(server, "http://127.0.0.1:" + server.getAddress().getPort() + path);
  }

  String url() {
    return url;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
