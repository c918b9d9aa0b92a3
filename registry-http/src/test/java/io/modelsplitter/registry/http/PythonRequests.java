package io.modelsplitter.registry.http;

import io.modelsplitter.json.Json;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Sends the bytes that Python's {@code requests} sends (as captured from version 2.34.2): the
 * headers in its order, and the body in a packet of its own, over a connection that stays open.
 */
final class PythonRequests implements AutoCloseable {
  private static final Pattern NEXT = Pattern.compile("<(.*)>; rel=\"next\"");

  private final URI server;
  private @Nullable Socket socket;
  private InputStream in = InputStream.nullInputStream();

  PythonRequests(URI server) {
    this.server = server;
  }

  /** The connection; another one where the last answer said {@code Connection: close}. */
  private Socket connection() throws IOException {
    Socket open = socket;
    if (open == null) {
      open = new Socket(server.getHost(), server.getPort());
      open.setTcpNoDelay(true);
      open.setSoTimeout(30_000);
      in = new BufferedInputStream(open.getInputStream());
      socket = open;
    }
    return open;
  }

  /** What {@code requests} makes of an answer. */
  record Answer(int statusCode, String link, String text) {

    /** {@code response.links["next"]["url"]}; empty where there is none. */
    String next() {
      Matcher next = NEXT.matcher(link);
      return next.matches() ? next.group(1) : "";
    }

    /** {@code response.json()}. */
    @Nullable Object json() {
      return Json.parse("the answer", text);
    }

    /** {@code response.json()[key]}, which Python throws at where there is none. */
    Object get(String key) {
      Object value = json() instanceof Map<?, ?> map ? map.get(key) : null;
      if (value == null) {
        throw new AssertionError("KeyError: " + key + " in " + text);
      }
      return value;
    }

    /** {@code response.json()["data"]}. */
    @SuppressWarnings("unchecked") // Json makes no other map
    Map<String, Object> data() {
      return (Map<String, Object>) get("data");
    }
  }

  /** {@code requests.get(url)}. */
  Answer get(String path) throws IOException {
    return send("GET", path, "", "");
  }

  /** {@code requests.delete(url)}. */
  Answer delete(String path) throws IOException {
    return send("DELETE", path, "Content-Length: 0\r\n", "");
  }

  /** {@code requests.post(url, json=body)}. */
  Answer post(String path, String json) throws IOException {
    return withJson("POST", path, json);
  }

  /** {@code requests.put(url, json=body)}. */
  Answer put(String path, String json) throws IOException {
    return withJson("PUT", path, json);
  }

  private Answer withJson(String method, String path, String json) throws IOException {
    String length = "Content-Length: " + json.length() + "\r\n";
    return send(method, path, length + "Content-Type: application/json\r\n", json);
  }

  /** {@code requests.post(url, data=json.dumps(body), headers={"Content-Type": type})}. */
  Answer postDumped(String path, String type, String json) throws IOException {
    String headers = "Content-Type: " + type + "\r\nContent-Length: " + json.length() + "\r\n";
    return send("POST", path, headers, json);
  }

  private Answer send(String method, String path, String more, String body) throws IOException {
    String head =
        (method + " " + path + " HTTP/1.1\r\n")
            + ("Host: " + server.getHost() + ":" + server.getPort() + "\r\n")
            + "User-Agent: python-requests/2.34.2\r\n"
            + "Accept-Encoding: gzip, deflate\r\n"
            + "Accept: */*\r\n"
            + "Connection: keep-alive\r\n"
            + (more + "\r\n");
    OutputStream out = connection().getOutputStream();
    out.write(head.getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
    out.write(body.getBytes(StandardCharsets.US_ASCII));
    out.flush();
    return answer();
  }

  private Answer answer() throws IOException {
    int status = Integer.parseInt(line().split(" ", 3)[1]);
    int length = 0;
    boolean chunked = false;
    boolean closes = false;
    String link = "";
    for (String header = line(); !header.isEmpty(); header = line()) {
      String lower = header.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        length = Integer.parseInt(lower.substring("content-length:".length()).strip());
      }
      if (lower.startsWith("link:")) {
        link = header.substring("link:".length()).strip();
      }
      closes |= lower.equals("connection: close");
      chunked |= lower.equals("transfer-encoding: chunked");
      if (lower.startsWith("content-encoding:")) {
        throw new AssertionError("nobody unpacks here: " + header);
      }
    }
    byte[] body = chunked ? chunks() : bytes(length);
    if (closes) {
      close();
    }
    return new Answer(status, link, new String(body, StandardCharsets.UTF_8));
  }

  private byte[] chunks() throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    while (true) {
      int length = Integer.parseInt(line().split(";", 2)[0], 16);
      all.writeBytes(bytes(length));
      line();
      if (length == 0) {
        return all.toByteArray();
      }
    }
  }

  private byte[] bytes(int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("the answer breaks off");
    }
    return bytes;
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("the connection was closed");
      }
      if (b != '\r') {
        line.write(b);
      }
    }
    return line.toString(StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    if (socket != null) {
      socket.close();
      socket = null;
    }
  }
}
