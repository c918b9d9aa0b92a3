package io.modelsplitter.checkpoint;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullUnmarked;

/** Serves the files of a folder in ranges, and counts the bytes that it sends. */
@NullUnmarked
public final class CountingServer implements AutoCloseable {
  private static final Pattern RANGE = Pattern.compile("(\\d+)-(\\d+)");

  private final Path folder;
  private final HttpServer server;

  /** How many bytes of bodies were sent. */
  public final AtomicLong sent = new AtomicLong();

  /** How many requests there were for files that are there. */
  public final AtomicInteger requests = new AtomicInteger();

  /** Whether ranges are sent at all, and several together. */
  public volatile boolean hasRanges = true;

  public volatile boolean sendsRangeSets = true;

  /** What is sent when these ranges are asked for together. */
  public volatile UnaryOperator<List<int[]>> answered = ranges -> ranges;

  /** The {@code ETag}, or nothing. */
  public volatile String validator = "\"v1\"";

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
      requests.incrementAndGet();
      if (!validator.isEmpty()) {
        exchange.getResponseHeaders().set("ETag", validator);
      }
      byte[] bytes = Files.readAllBytes(file);
      String header = exchange.getRequestHeaders().getFirst("Range");
      List<int[]> ranges = hasRanges && header != null ? ranges(header) : List.of();
      if (ranges.size() > 1 && !sendsRangeSets) {
        ranges = List.of();
      }
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      if (ranges.isEmpty()) {
        body.writeBytes(bytes);
      } else if (ranges.size() == 1) {
        int[] range = ranges.get(0);
        exchange.getResponseHeaders().set("Content-Range", contentRange(range, bytes));
        body.write(bytes, range[0], range[1] - range[0]);
      } else {
        exchange
            .getResponseHeaders()
            .set("Content-Type", "multipart/byteranges; boundary=00000000000000000007");
        writeSet(answered.apply(ranges), bytes, body);
      }
      sent.addAndGet(body.size());
      exchange.sendResponseHeaders(ranges.isEmpty() ? 200 : 206, body.size());
      try (OutputStream out = exchange.getResponseBody()) {
        body.writeTo(out);
      }
    }
  }

  private static List<int[]> ranges(String header) {
    List<int[]> ranges = new ArrayList<>();
    Matcher matcher = RANGE.matcher(header);
    while (matcher.find()) {
      ranges.add(
          new int[] {Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)) + 1});
    }
    return ranges;
  }

  private static String contentRange(int[] range, byte[] bytes) {
    return "bytes %d-%d/%d".formatted(range[0], range[1] - 1, bytes.length);
  }

  /** As nginx does it. */
  private static void writeSet(List<int[]> ranges, byte[] bytes, ByteArrayOutputStream body) {
    for (int[] range : ranges) {
      body.writeBytes(
          ("\r\n--00000000000000000007\r\nContent-Type: application/octet-stream\r\n"
                  + "Content-Range: %s\r\n\r\n".formatted(contentRange(range, bytes)))
              .getBytes(StandardCharsets.US_ASCII));
      body.write(bytes, range[0], range[1] - range[0]);
    }
    body.writeBytes("\r\n--00000000000000000007--\r\n".getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
