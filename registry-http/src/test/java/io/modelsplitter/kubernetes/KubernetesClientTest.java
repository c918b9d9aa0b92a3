package io.modelsplitter.kubernetes;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static io.modelsplitter.kubernetes.KubeconfigTest.assertContains;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The operator's own ways to a cluster. */
class KubernetesClientTest {
  @TempDir Path folder = Path.of("");
  private WireMockServer server = new WireMockServer();

  @BeforeEach
  void start() throws IOException, GeneralSecurityException {
    server = KubeconfigTest.https(folder, WireMockConfiguration.options());
    server.stubFor(any(anyUrl()).willReturn(KubeCluster.list("PodList", "1", List.of())));
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop();
  }

  private Map<String, Object> cluster() {
    return KubeconfigTest.cluster("https://localhost:" + server.httpsPort());
  }

  private Map<String, String> environment() {
    return Map.of(
        "KUBERNETES_SERVICE_HOST",
        "localhost",
        "KUBERNETES_SERVICE_PORT",
        String.valueOf(server.httpsPort()));
  }

  private void serviceAccount(String token) throws IOException {
    Object authority = cluster().get("certificate-authority-data");
    Files.write(
        folder.resolve("ca.crt"),
        Base64.getDecoder().decode(String.valueOf(Objects.requireNonNull(authority))));
    Files.writeString(folder.resolve("token"), token + "\n");
  }

  private void verifyToken(String token) {
    server.verify(
        getRequestedFor(anyUrl()).withHeader("Authorization", equalTo("Bearer " + token)));
  }

  @Test
  void inCluster_readsItsTokenAgain() throws Exception {
    serviceAccount("first");
    try (KubernetesClient client = InCluster.client(environment(), folder)) {
      KubeconfigTest.call(client);
      verifyToken("first");
      Files.writeString(folder.resolve("token"), "second");
      KubeconfigTest.call(client);
      verifyToken("second");
      Files.delete(folder.resolve("token"));
      assertContains(
          assertThrows(ApiFailure.class, () -> KubeconfigTest.call(client)), "no such file");
    }
  }

  @Test
  void inCluster_outsideOfOne_saysSo() {
    assertContains(
        assertThrows(BadInputException.class, () -> KubernetesClient.inCluster(Map.of()).close()),
        "KUBERNETES_SERVICE_HOST is not set");
    assertContains(
        assertThrows(
            BadInputException.class, () -> InCluster.client(environment(), folder).close()),
        "token: no such file",
        "automountServiceAccountToken");
  }

  @Test
  void operatorFile_isTrusted_withTheFilesItNames() throws Exception {
    serviceAccount("of-a-file");
    Map<String, Object> cluster = cluster();
    cluster.remove("certificate-authority-data");
    cluster.put("certificate-authority", "ca.crt"); // beside it
    Path file = folder.resolve("config");
    Files.writeString(
        file, Json.write(KubeconfigTest.kubeconfig(cluster, Map.of("token", "of-the-operator"))));
    try (KubernetesClient client = KubernetesClient.fromOperatorFile(file)) {
      KubeconfigTest.call(client);
    }
    verifyToken("of-the-operator");
  }

  @Test
  void operatorFile_thatIsNone_isNamedAndNotShown() throws IOException {
    Path file = folder.resolve("config");
    assertContains(
        assertThrows(
            BadInputException.class, () -> KubernetesClient.fromOperatorFile(file).close()),
        file.toString());
    Files.writeString(file, "s3cr3t: [");
    BadInputException e =
        assertThrows(
            BadInputException.class, () -> KubernetesClient.fromOperatorFile(file).close());
    assertContains(e, file.toString());
    assertFalse(String.valueOf(e.getMessage()).contains("s3cr3t"), e.getMessage());
  }
}
