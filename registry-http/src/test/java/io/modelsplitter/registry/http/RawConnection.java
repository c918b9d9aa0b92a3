package io.modelsplitter.registry.http;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** One connection, byte by byte, as no client library would have it. */
final class RawConnection implements AutoCloseable {
  private static final int PACE_MILLIS = 50;

  private final Socket socket;
  private final InputStream in;

  private RawConnection(Socket socket) throws IOException {
    socket.setTcpNoDelay(true);
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream(), 1);
  }

  /** An answer that says how long it is. */
  record Answer(int status, String headers, String body) {}

  static RawConnection to(URI url) throws IOException {
    return new RawConnection(new Socket(url.getHost(), url.getPort()));
  }

  /** One whose system takes little before its program asks for it. */
  static RawConnection withSmallBuffer(URI url) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4096);
    socket.connect(new InetSocketAddress(url.getHost(), url.getPort()));
    return new RawConnection(socket);
  }

  RawConnection send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    return this;
  }

  static String get(String path) {
    return "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n";
  }

  static String post(String path, int length) {
    return "POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + length + "\r\n\r\n";
  }

  int read() throws IOException {
    return in.read();
  }

  Answer answer() throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) readOne());
    }
    String headers = head.toString().toLowerCase(Locale.ROOT);
    String length = headers.replaceFirst("(?s).*\r\ncontent-length: *([0-9]+)\r\n.*", "$1");
    byte[] body = in.readNBytes(Integer.parseInt(length));
    return new Answer(
        Integer.parseInt(headers.split(" ", 3)[1]),
        headers,
        new String(body, StandardCharsets.UTF_8));
  }

  /** Connects again and again, until nobody listens. */
  static void untilNoneIsTaken(URI url) throws IOException {
    while (true) {
      try {
        to(url).close();
      } catch (ConnectException e) {
        return; // refused
      } catch (SocketException e) {
        // it was waiting to be taken when the server ceased to listen; the next one is refused
      }
    }
  }

  private int readOne() throws IOException {
    int read = in.read();
    if (read < 0) {
      throw new IOException("the connection was closed");
    }
    return read;
  }

  /** All that comes until the connection is closed. */
  String rest() throws IOException {
    return new String(in.readAllBytes(), StandardCharsets.UTF_8);
  }

  /** Sends a byte now and then until the server answers or closes; what it said, or nothing. */
  String dripUntilItEnds() throws IOException {
    socket.setSoTimeout(PACE_MILLIS);
    StringBuilder said = new StringBuilder();
    try {
      while (true) {
        try {
          int read = in.read();
          if (read < 0) {
            return said.toString();
          }
          said.append((char) read);
        } catch (SocketTimeoutException e) {
          send("x");
        }
      }
    } catch (IOException e) { // closed while a byte was on its way
      return said.toString();
    }
  }

  /**
   * Takes a byte now and then, and as soon as there is hurry all that comes until the connection
   * ends; answers how many bytes there were.
   */
  int takeSlowly(BooleanSupplier hurry) {
    int taken = 0;
    try {
      while (in.read() >= 0) {
        taken++;
        if (!hurry.getAsBoolean()) {
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PACE_MILLIS));
        }
      }
    } catch (IOException e) { // cut off
      return taken;
    }
    return taken;
  }

  /** Whether the server has closed it, or does; waits for that. */
  boolean endsWithoutAnAnswer() {
    try {
      return in.read() < 0;
    } catch (IOException e) {
      return true;
    }
  }

  /** Goes away without a word, as a process that is killed with unread answers does. */
  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
