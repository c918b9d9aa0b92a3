package io.modelsplitter.file;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server of one file on real sockets that does what a test tells it to do wrong. */
final class RangeServer implements AutoCloseable {
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d*)");

  private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final CountDownLatch closed = new CountDownLatch(1);

  /** What was asked for: the {@code Range} header, or an empty text. */
  final List<String> ranges = new CopyOnWriteArrayList<>();

  volatile byte[] content;
  volatile String validator = "ETag: \"v1\"";
  volatile boolean hasRanges = true;
  volatile boolean ignoresRanges;
  volatile boolean ignoresIfRange;

  /** How many bytes of a body are sent before the connection is cut or the server falls silent. */
  volatile long sends = Long.MAX_VALUE;

  volatile boolean stalls;

  /** Whether what is not sent at once comes byte by byte, and slowly. */
  volatile boolean trickles;

  volatile long announcedExtra;
  volatile String moreHeaders = "";
  volatile String refusal = "";
  final AtomicInteger refusals = new AtomicInteger();
  volatile Runnable afterAnswer = () -> {};

  RangeServer(byte[] content) throws IOException {
    this.content = content;
    Thread accepting = new Thread(this::accept, "range-server");
    accepting.setDaemon(true);
    accepting.start();
  }

  String url() {
    return "http://127.0.0.1:" + socket.getLocalPort() + "/model.safetensors";
  }

  private void accept() {
    while (true) {
      try {
        Socket connection = socket.accept();
        Thread serving = new Thread(() -> serve(connection), "range-server-connection");
        serving.setDaemon(true);
        serving.start();
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket connection) {
    try (connection;
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(connection.getInputStream(), StandardCharsets.US_ASCII));
        OutputStream out = connection.getOutputStream()) {
      Map<String, String> headers = new ConcurrentHashMap<>();
      in.readLine();
      for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
        headers.put(
            line.replaceFirst(":.*", "").toLowerCase(Locale.ROOT), line.replaceFirst(".*?: ?", ""));
      }
      answer(headers, out);
      afterAnswer.run();
    } catch (IOException | InterruptedException e) {
      // the client has gone
    }
  }

  /** Both at once: no answer has one of before and one of after. */
  synchronized void become(byte[] content, String validator) {
    this.content = content;
    this.validator = validator;
  }

  private void answer(Map<String, String> headers, OutputStream out)
      throws IOException, InterruptedException {
    byte[] bytes;
    String validator;
    synchronized (this) {
      bytes = content;
      validator = this.validator;
    }
    String range = headers.getOrDefault("range", "");
    ranges.add(range);
    if (refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      out.write(
          (refusal + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      return;
    }
    String tag = validator.replaceFirst(".*?: ?", "");
    Matcher matcher = RANGE.matcher(range);
    boolean part =
        hasRanges
            && !ignoresRanges
            && matcher.matches()
            && (ignoresIfRange || headers.getOrDefault("if-range", tag).equals(tag));
    int from = part ? Integer.parseInt(Objects.requireNonNull(matcher.group(1))) : 0;
    int to = bytes.length;
    if (part && !Objects.requireNonNull(matcher.group(2)).isEmpty()) {
      to = Math.min(to, Integer.parseInt(matcher.group(2)) + 1);
    }
    if (part && from >= bytes.length) {
      String text =
          "HTTP/1.1 416 No\r\nContent-Range: bytes */%d\r\nContent-Length: 0\r\n\r\n"
              .formatted(bytes.length);
      out.write(text.getBytes(StandardCharsets.US_ASCII));
      return;
    }
    StringBuilder head = new StringBuilder();
    head.append(part ? "HTTP/1.1 206 Partial Content\r\n" : "HTTP/1.1 200 OK\r\n");
    head.append("Connection: close\r\n").append(validator.isEmpty() ? "" : validator + "\r\n");
    head.append(hasRanges ? "Accept-Ranges: bytes\r\n" : "").append(moreHeaders);
    if (part) {
      head.append("Content-Range: bytes " + from + "-" + (to - 1) + "/" + bytes.length + "\r\n");
    }
    head.append("Content-Length: " + (to - from + announcedExtra) + "\r\n\r\n");
    out.write(head.toString().getBytes(StandardCharsets.US_ASCII));
    int length = (int) Math.min(to - from, sends);
    out.write(bytes, from, length);
    out.flush();
    for (int at = length; trickles && at < to - from; at++) {
      if (closed.await(5, TimeUnit.MILLISECONDS)) {
        return;
      }
      out.write(bytes, from + at, 1);
      out.flush();
    }
    if (stalls && length < to - from) {
      closed.await();
    }
  }

  @Override
  public void close() throws IOException {
    closed.countDown();
    socket.close();
  }
}
