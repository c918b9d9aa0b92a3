package io.modelsplitter.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Stands between a client and a server, and loses what a test tells it to lose. */
final class Forwarder implements AutoCloseable {
  private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final URI server;
  private final List<Socket> open = new CopyOnWriteArrayList<>();

  /** After so many bytes to the server nothing more comes through, as if it had died. */
  final AtomicLong bytesToServer = new AtomicLong(Long.MAX_VALUE);

  /** The answer to the next request that begins so and has this in it is lost, once. */
  volatile String losesAnswerTo = "";

  volatile boolean isSilent;

  /** Nothing of a request that begins so comes through, nor what follows on its connection. */
  volatile String silentTo = "";

  /** So often; other requests that begin so come through. */
  final AtomicInteger silentTimes = new AtomicInteger(Integer.MAX_VALUE);

  Forwarder(URI server) throws IOException {
    this.server = server;
    start(this::accept);
  }

  String url() {
    return "http://127.0.0.1:" + socket.getLocalPort();
  }

  private interface Work {
    void run() throws IOException;
  }

  private static void start(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException e) {
                // a side has gone
              }
            });
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() throws IOException {
    while (true) {
      Socket client = socket.accept();
      Socket behind = new Socket(server.getHost(), server.getPort());
      open.add(client);
      open.add(behind);
      boolean[] isLost = {false};
      start(() -> forward(client, behind, isLost));
      start(() -> back(behind, client, isLost));
    }
  }

  private void forward(Socket client, Socket behind, boolean[] isLost) throws IOException {
    InputStream in = client.getInputStream();
    OutputStream out = behind.getOutputStream();
    byte[] buffer = new byte[16 << 10];
    boolean isDeaf = false;
    for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
      String text = new String(buffer, 0, Math.min(read, 2_000), StandardCharsets.ISO_8859_1);
      if (!isDeaf && !silentTo.isEmpty() && text.startsWith(silentTo)) {
        isDeaf = silentTimes.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
      }
      if (isSilent || isDeaf) {
        continue;
      }
      if (!losesAnswerTo.isEmpty() && text.startsWith("POST") && text.contains(losesAnswerTo)) {
        losesAnswerTo = "";
        isLost[0] = true;
      }
      if (bytesToServer.addAndGet(-read) < 0) {
        die();
        return;
      }
      out.write(buffer, 0, read);
      out.flush();
    }
  }

  private static void back(Socket behind, Socket client, boolean[] isLost) throws IOException {
    InputStream in = behind.getInputStream();
    OutputStream out = client.getOutputStream();
    byte[] buffer = new byte[16 << 10];
    for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
      if (isLost[0]) {
        client.close();
        behind.close();
        return;
      }
      out.write(buffer, 0, read);
      out.flush();
    }
    client.close();
  }

  private void die() throws IOException {
    socket.close();
    for (Socket each : open) {
      each.close();
    }
  }

  @Override
  public void close() throws IOException {
    die();
  }
}
