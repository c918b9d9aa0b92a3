package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
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
    String file =
        "read 3d0941964aa3ebdcb00ccef58b1bb399f9f898465e9886d5aec7f31090a0fb30\n" // reader
            + "read 454349e422f05297191ead13e21d3db520e5abef52055e4964b82fb213f593a1\n"; // r
    Path tokens = Files.writeString(folder.resolve("tokens"), file);
    Access access = new Access(new TokenFile(tokens), null, new RateLimit(3));
    try (RegistryServer server = builder().access(access).start()) {
      String[] reader = {"Authorization", "Bearer reader"};
      HttpResponse<String> answer = HttpRequests.send(server, "GET", "/tasks", "", reader);
      while (answer.statusCode() == 200) {
        answer = HttpRequests.send(server, "GET", "/tasks", "", reader);
      }
      assertEquals(429, answer.statusCode());
      assertEquals("1", answer.headers().firstValue("Retry-After").orElse(""));
      assertEquals(
          200,
          HttpRequests.send(server, "GET", "/tasks", "", "Authorization", "Bearer r").statusCode());
      assertEquals(401, HttpRequests.send(server, "GET", "/tasks", "").statusCode());
      while (answer.statusCode() == 429) {
        answer = HttpRequests.send(server, "GET", "/tasks", "", reader);
      }
      assertEquals(200, answer.statusCode());
    }
  }

  @Test
  void tls_isServedFromPemFiles() throws Exception {
    for (boolean rsa : new boolean[] {true, false}) {
      HeldCertificate.Builder named =
          new HeldCertificate.Builder().addSubjectAlternativeName("127.0.0.1");
      HeldCertificate held = (rsa ? named.rsa2048() : named.ecdsa256()).build();
      X509Certificate certificate = held.certificate();
      Path cert = Files.writeString(folder.resolve("cert"), held.certificatePem());
      Path key = Files.writeString(folder.resolve("key"), held.privateKeyPkcs8Pem());
      HandshakeCertificates trusting =
          new HandshakeCertificates.Builder().addTrustedCertificate(certificate).build();
      try (RegistryServer server = builder().tls(TlsFiles.read(cert, key)).start()) {
        assertEquals("https", server.url().getScheme());
        HttpClient client = HttpClient.newBuilder().sslContext(trusting.sslContext()).build();
        HttpRequest request = HttpRequest.newBuilder(server.url().resolve("/tasks")).build();
        assertEquals(200, client.send(request, BodyHandlers.ofString()).statusCode());
      }
    }
  }

  @Test
  void cors_isForTheOriginsThatAreNamed() throws Exception {
    String origin = "https://dashboard.invalid";
    HttpClient client = HttpClient.newHttpClient();
    try (RegistryServer open = builder().corsOrigins(List.of(origin)).start();
        RegistryServer closed = builder().start()) {
      assertEquals(origin, allowed(client, open, origin));
      assertEquals("", allowed(client, open, "https://evil.invalid"));
      assertEquals("", allowed(client, closed, origin));
    }
  }

  private static String allowed(HttpClient client, RegistryServer server, String origin)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(server.url().resolve("/healthz")).header("Origin", origin).build();
    return client
        .send(request, BodyHandlers.ofString())
        .headers()
        .firstValue("Access-Control-Allow-Origin")
        .orElse("");
  }
}
