package io.modelsplitter.kubernetes;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static io.modelsplitter.kubernetes.KubeCluster.map;
import static io.modelsplitter.kubernetes.KubeconfigTest.assertContains;
import static io.modelsplitter.kubernetes.KubeconfigTest.cluster;
import static io.modelsplitter.kubernetes.KubeconfigTest.kubeconfig;
import static io.modelsplitter.kubernetes.KubeconfigTest.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import io.modelsplitter.error.BadInputException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a kubeconfig from outside must not get done. */
@Timeout(60)
class KubeconfigAttackTest {
  @TempDir Path folder = Path.of("");

  /** A program that leaves a trace; it is run here once, so that no trace means something. */
  private Path canary(Path trace) throws IOException, InterruptedException {
    Path program = folder.resolve("canary");
    Files.writeString(program, "#!/bin/sh\ntouch '" + trace + "'\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    assertEquals(0, new ProcessBuilder(program.toString()).start().waitFor());
    Files.delete(trace);
    return program;
  }

  @Test
  void exec_isRefusedAndNeverRun() throws IOException, InterruptedException {
    Path trace = folder.resolve("trace");
    Map<String, Object> exec =
        map(
            "apiVersion", "client.authentication.k8s.io/v1",
            "command", canary(trace).toString(),
            "interactiveMode", "Never");
    Map<String, Object> provider =
        map("name", "gcp", "config", map("cmd-path", canary(trace).toString()));
    assertContains(
        refused(kubeconfig(cluster("https://kubernetes.example"), map("exec", exec))),
        "users[0].user.exec");
    assertContains(
        refused(kubeconfig(cluster("https://kubernetes.example"), map("auth-provider", provider))),
        "users[0].user.auth-provider");
    assertFalse(Files.exists(trace));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tokenFile", "client-certificate", "client-key"})
  void filesOfAUser_areRefusedAndNeverOpened(String key) throws Exception {
    refusedUnopened("users[0].user." + key, path -> map(key, path), true);
  }

  @Test
  void fileOfACluster_isRefusedAndNeverOpened() throws Exception {
    refusedUnopened(
        "clusters[0].cluster.certificate-authority",
        path -> map("server", "https://kubernetes.example", "certificate-authority", path),
        false);
  }

  private interface WithFile {
    Map<String, Object> with(String path);
  }

  /**
   * The file is a named pipe without a writer: to open it is to wait for ever, which nothing
   * interrupts, so coming back says that nobody did.
   */
  private void refusedUnopened(String path, WithFile made, boolean user) throws Exception {
    Path pipe = folder.resolve("pipe");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    Map<String, Object> content = made.with(pipe.toString());
    Map<String, Object> config =
        user
            ? kubeconfig(cluster("https://kubernetes.example"), content)
            : kubeconfig(content, Map.of());
    assertTimeoutPreemptively(Duration.ofSeconds(40), () -> assertContains(refused(config), path));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "proxy-url",
        "insecure-skip-tls-verify",
        "certificate-authority",
        "disable-compression",
        "api-version",
        "token",
        "Server",
        ""
      })
  void otherKeysOfACluster_areRefused(String key) {
    Map<String, Object> cluster = cluster("https://kubernetes.example");
    cluster.put(key, key.startsWith("insecure") ? (Object) false : "http://127.0.0.1:1");
    assertContains(refused(kubeconfig(cluster, Map.of())), "clusters[0].cluster." + key);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "exec",
        "auth-provider",
        "tokenFile",
        "client-certificate",
        "client-key",
        "impersonate",
        "as",
        "as-uid",
        "as-groups",
        "as-user-extra",
        "act-as",
        "act-as-groups",
        "server",
        "EXEC"
      })
  void otherKeysOfAUser_areRefused(String key) {
    assertContains(
        refused(kubeconfig(cluster("https://kubernetes.example"), map(key, "x"))),
        "users[0].user." + key);
  }

  @Test
  void everyRefusedKey_isNamedInOneMessage_alsoWhereNobodyAsks() {
    Map<String, Object> config =
        kubeconfig(
            map("server", "https://169.254.169.254", "proxy-url", "x"), map("exec", Map.of()));
    List<Object> users = new ArrayList<>((List<?>) config.getOrDefault("users", List.of()));
    users.add(map("name", "other", "user", map("tokenFile", "/etc/shadow"), "what", 1));
    config.put("users", users);
    config.put("preferences", map("colors", true));
    config.put("current-context", "none of them");
    config.put("include", "/etc/passwd");
    assertContains(
        refused(config),
        "include",
        "preferences.colors",
        "clusters[0].cluster.proxy-url",
        "users[0].user.exec",
        "users[1].user.tokenFile",
        "users[1].what");
  }

  @Test
  void keys_areCheckedBeforeAnythingIsResolved() {
    // Had the name been looked up, the failure would be another one.
    BadInputException e =
        refused(kubeconfig(map("server", "https://nowhere.invalid"), map("exec", Map.of())));
    assertContains(e, "users[0].user.exec");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://kubernetes.example",
        "ftp://kubernetes.example",
        "file:///etc/passwd",
        "unix:///var/run/docker.sock",
        "https://user:password@kubernetes.example",
        "https://kubernetes.example?x=y",
        "https://kubernetes.example#x",
        "kubernetes.example",
        "https://",
        ""
      })
  void serverThatIsNoPlainHttpsUrl_isRefused(String server) {
    BadInputException e = refused(kubeconfig(map("server", server), Map.of()));
    assertContains(e, "clusters[0].cluster.server must be an https URL");
    assertFalse(String.valueOf(e.getMessage()).contains("password"), e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "localhost",
        "127.1.2.3",
        "0.0.0.0",
        "0.1.2.3",
        "169.254.169.254",
        "169.254.1.1",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "224.0.0.1",
        "255.255.255.255",
        "240.0.0.1",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "[fe80::1]",
        "[fec0::1]",
        "[fc00::1]",
        "[fd00:ec2::254]",
        "[fd20:ce::254]",
        "[ff02::1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b::a9fe:a9fe]",
        "[64:ff9b:1::1]",
        "[2002:7f00:1::]",
        "[2001::1]"
      })
  void localServers_areRefused(String host) {
    Map<String, Object> config = kubeconfig(cluster("https://" + host + ":6443"), Map.of());
    BadInputException e =
        assertThrows(
            BadInputException.class, () -> KubernetesClient.fromKubeconfig(config, false).close());
    assertContains(e, "clusters[0].cluster.server", "not allowed");
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.1", "192.168.1.1", "172.16.0.1", "8.8.8.8", "[2606:4700::1]"})
  void otherServers_areNot(String host) {
    KubernetesClient.fromKubeconfig(kubeconfig(cluster("https://" + host), Map.of()), false)
        .close();
  }

  @Test
  void localServer_isNeverCalled() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      for (String host : List.of("127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0")) {
        String url = "https://" + host + ":" + socket.getLocalPort();
        assertThrows(
            BadInputException.class,
            () ->
                KubernetesClient.fromKubeconfig(kubeconfig(cluster(url), Map.of()), false).close());
      }
      socket.setSoTimeout(1); // a connection would be in the backlog by now
      assertThrows(SocketTimeoutException.class, socket::accept);
    }
  }

  @Test
  void redirect_isNotFollowed() throws IOException, GeneralSecurityException {
    WireMockServer inner = new WireMockServer(WireMockConfiguration.options().dynamicPort());
    WireMockServer outer = KubeconfigTest.https(folder, WireMockConfiguration.options());
    inner.start();
    outer.start();
    try {
      for (int status : List.of(301, 302, 307, 308)) {
        outer.stubFor(
            any(anyUrl())
                .willReturn(
                    aResponse()
                        .withStatus(status)
                        .withHeader("Location", inner.baseUrl() + "/latest/meta-data")));
        Map<String, Object> config =
            kubeconfig(cluster("https://localhost:" + outer.httpsPort()), map("token", "t"));
        try (KubernetesClient client = KubernetesClient.fromKubeconfig(config, true)) {
          ApiFailure e = assertThrows(ApiFailure.class, () -> KubeconfigTest.call(client));
          assertContains(e, "redirect");
          assertFalse(String.valueOf(e.getMessage()).contains("meta-data"), e.getMessage());
        }
      }
      inner.verify(0, anyRequestedFor(anyUrl()));
    } finally {
      outer.stop();
      inner.stop();
    }
  }

  @Test
  void proxyOfTheProcess_isNotAsked() throws Exception {
    WireMockServer outer = KubeconfigTest.https(folder, WireMockConfiguration.options());
    outer.stubFor(any(anyUrl()).willReturn(KubeCluster.list("PodList", "1", List.of())));
    outer.start();
    try (ServerSocket proxy = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      System.setProperty("https.proxyHost", "127.0.0.1");
      System.setProperty("https.proxyPort", String.valueOf(proxy.getLocalPort()));
      System.setProperty("http.nonProxyHosts", "");
      Map<String, Object> config =
          kubeconfig(cluster("https://localhost:" + outer.httpsPort()), map("token", "t"));
      try (KubernetesClient client = KubernetesClient.fromKubeconfig(config, true)) {
        KubeconfigTest.call(client);
      }
      assertTrue(outer.findAll(anyRequestedFor(anyUrl())).size() == 1);
    } finally {
      System.clearProperty("https.proxyHost");
      System.clearProperty("https.proxyPort");
      System.clearProperty("http.nonProxyHosts");
      outer.stop();
    }
  }
}
