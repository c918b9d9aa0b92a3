package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a server is reached: TLS, and pages of other origins. */
class NetworkTest {
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
    return RegistryServer.builder().tasks(registry.tasks());
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
  void cors_isForTheOriginsThatAreNamed() {
    String origin = "https://dashboard.invalid";
    try (RegistryServer open = builder().corsOrigins(List.of(origin)).start();
        RegistryServer closed = builder().start()) {
      assertEquals(origin, allowed(open, origin));
      assertEquals("", allowed(open, "https://evil.invalid"));
      assertEquals("", allowed(closed, origin));
    }
  }

  private static String allowed(RegistryServer server, String origin) {
    return HttpRequests.send(server, "GET", "/healthz", "", "Origin", origin)
        .headers()
        .firstValue("Access-Control-Allow-Origin")
        .orElse("");
  }
}
