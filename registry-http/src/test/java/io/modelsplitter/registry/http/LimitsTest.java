package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.Await;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is too much, on the wire. */
@Timeout(60)
class LimitsTest {
  private static final Limits SMALL =
      new Limits(
          2048,
          4096,
          2_000,
          256 << 20,
          Duration.ofSeconds(30),
          Duration.ofSeconds(60),
          Duration.ofSeconds(30));

  @TempDir Path folder;

  private EmbeddedRegistry registry;

  @BeforeEach
  void open() {
    registry = EmbeddedRegistry.inMemory();
  }

  @AfterEach
  void close() {
    registry.close();
  }

  private RegistryServer.Builder builder() {
    return RegistryServer.builder().tasks(registry.tasks()).limits(SMALL);
  }

  @Test
  void tooLarge_is413And431() throws Exception {
    try (RegistryServer server = builder().start()) {
      HttpResponse<String> body = HttpRequests.send(server, "POST", "/tasks", " ".repeat(2049));
      assertEquals(413, body.statusCode());
      assertTrue(body.body().contains("2048"), body::body);
      assertEquals(
          200, HttpRequests.send(server, "POST", "/tasks", "{}" + " ".repeat(2046)).statusCode());
      assertEquals(
          431, HttpRequests.send(server, "GET", "/tasks", "", "X", "x".repeat(5000)).statusCode());
    }
  }

  @Test
  void slowClients_keepNobodyWaiting() throws Exception {
    List<Socket> slow = new ArrayList<>();
    try (RegistryServer server = builder().start()) {
      for (int i = 0; i < 600; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.url().getPort());
        slow.add(socket);
        String body = "\r\nContent-Length: 1000\r\n\r\n{";
        String begun = "POST /tasks HTTP/1.1\r\nHost: a" + (i % 2 == 0 ? "" : body);
        socket.getOutputStream().write(begun.getBytes(StandardCharsets.US_ASCII));
      }
      for (int i = 0; i < 20; i++) {
        for (Socket socket : slow) {
          socket.getOutputStream().write(' ');
        }
        assertEquals(200, HttpRequests.send(server, "POST", "/tasks", "{}").statusCode());
      }
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  @Test
  void rateLimit_isPerTokenAndSaysWhenToComeAgain() throws Exception {
    String file = TokenLines.of("read", "reader") + TokenLines.of("read", "r");
    Path tokens = Files.writeString(folder.resolve("tokens"), file);
    Access access = new Access(new TokenFile(tokens), null, new RateLimit(3));
    try (RegistryServer server = builder().access(access).start()) {
      HttpResponse<String> answer = get(server, "reader");
      while (answer.statusCode() == 200) {
        answer = get(server, "reader");
      }
      assertEquals(429, answer.statusCode());
      assertEquals("1", answer.headers().firstValue("Retry-After").orElse(""));
      assertEquals(200, get(server, "r").statusCode());
      assertEquals(401, HttpRequests.send(server, "GET", "/tasks", "").statusCode());
      answer =
          Await.answer(
              () -> get(server, "reader"), it -> it.statusCode() != 429, "the next may come");
      assertEquals(200, answer.statusCode());
    }
  }

  private static HttpResponse<String> get(RegistryServer server, String token) {
    return HttpRequests.send(server, "GET", "/tasks", "", HttpRequests.bearer(token));
  }
}
