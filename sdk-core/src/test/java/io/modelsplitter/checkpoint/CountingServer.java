package io.modelsplitter.checkpoint;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullUnmarked;

/** Serves the files of a folder in ranges, and counts the bytes that it sends. */
@NullUnmarked
public final class CountingServer implements AutoCloseable {
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d+)");

  private final Path folder;
  private final HttpServer server;

  /** How many bytes of bodies were sent. */
  public final AtomicLong sent = new AtomicLong();

  /** Serves on a free loopback port. */
  public CountingServer(Path folder) throws IOException {
    this.folder = folder;
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(
        Executors.newCachedThreadPool(
            work -> {
              Thread thread = new Thread(work);
              thread.setDaemon(true);
              return thread;
            }));
    server.createContext("/", this::answer);
    server.start();
  }

  /** The URL of a file. */
  public String url(String name) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + name;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      Path file = folder.resolve(exchange.getRequestURI().getPath().substring(1));
      if (!Files.isRegularFile(file)) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      byte[] bytes = Files.readAllBytes(file);
      String range = exchange.getRequestHeaders().getFirst("Range");
      Matcher matcher = RANGE.matcher(range == null ? "" : range);
      int from = matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
      int to = matcher.matches() ? Integer.parseInt(matcher.group(2)) + 1 : bytes.length;
      exchange.getResponseHeaders().set("ETag", "\"v1\"");
      if (matcher.matches()) {
        exchange
            .getResponseHeaders()
            .set("Content-Range", "bytes %d-%d/%d".formatted(from, to - 1, bytes.length));
      }
      sent.addAndGet(to - from);
      exchange.sendResponseHeaders(matcher.matches() ? 206 : 200, to - from);
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(bytes, from, to - from);
      }
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
