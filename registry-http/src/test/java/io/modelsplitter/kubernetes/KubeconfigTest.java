package io.modelsplitter.kubernetes;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static io.modelsplitter.kubernetes.KubeCluster.map;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.UnavailableException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a kubeconfig does that is as it should be, against a server with TLS. */
class KubeconfigTest {
  private static final String TOKEN = "s3cr3t-token";

  private static final HeldCertificate AUTHORITY =
      new HeldCertificate.Builder().certificateAuthority(0).build();

  private static final HeldCertificate OF_SERVER =
      new HeldCertificate.Builder()
          .signedBy(AUTHORITY)
          .addSubjectAlternativeName("localhost")
          .addSubjectAlternativeName("kubernetes.example")
          .rsa2048()
          .build();

  private static WireMockServer server = new WireMockServer();

  @BeforeAll
  static void start(@TempDir Path folder) throws IOException, GeneralSecurityException {
    server = https(folder, WireMockConfiguration.options());
    server.start();
  }

  /** A server with the certificate that the kubeconfigs here trust. */
  static WireMockServer https(Path folder, WireMockConfiguration options)
      throws IOException, GeneralSecurityException {
    char[] password = "password".toCharArray();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    keys.load(null, null);
    keys.setKeyEntry(
        "server",
        OF_SERVER.keyPair().getPrivate(),
        password,
        new Certificate[] {OF_SERVER.certificate(), AUTHORITY.certificate()});
    keys.setCertificateEntry("authority", AUTHORITY.certificate());
    Path file = folder.resolve("server.p12");
    try (OutputStream out = Files.newOutputStream(file)) {
      keys.store(out, password);
    }
    return new WireMockServer(
        options
            .httpDisabled(true)
            .dynamicHttpsPort()
            .keystorePath(file.toString())
            .keystoreType("PKCS12")
            .keystorePassword("password")
            .keyManagerPassword("password")
            .trustStorePath(file.toString())
            .trustStoreType("PKCS12")
            .trustStorePassword("password"));
  }

  @AfterAll
  static void stop() {
    server.stop();
  }

  @BeforeEach
  void answer() {
    server.resetAll();
    server.stubFor(any(anyUrl()).willReturn(KubeCluster.list("PodList", "1", List.of())));
  }

  static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  static String url() {
    return "https://localhost:" + server.httpsPort();
  }

  static Map<String, Object> cluster(String url) {
    return map("server", url, "certificate-authority-data", base64(AUTHORITY.certificatePem()));
  }

  static Map<String, Object> kubeconfig(Map<String, Object> cluster, Map<String, Object> user) {
    return map(
        "apiVersion", "v1",
        "kind", "Config",
        "preferences", Map.of(),
        "extensions", List.of(Map.of("exec", "never looked into")),
        "current-context", "here",
        "contexts",
            List.of(
                map("name", "here", "context", map("cluster", "c", "user", "u", "namespace", "n"))),
        "clusters", List.of(map("name", "c", "cluster", cluster)),
        "users", List.of(map("name", "u", "user", user)));
  }

  static void call(KubernetesClient client) throws ApiFailure {
    List<PodView> unused = new JobObjects(client, "n").pods("a=b");
  }

  private static void call(Map<String, Object> kubeconfig) throws ApiFailure {
    try (KubernetesClient client = KubernetesClient.fromKubeconfig(kubeconfig, true)) {
      call(client);
    }
  }

  private static void verifyAuthorization(String value) {
    server.verify(getRequestedFor(anyUrl()).withHeader("Authorization", equalTo(value)));
  }

  @Test
  void token_isSentAsBearer() throws ApiFailure {
    call(kubeconfig(cluster(url()), map("token", TOKEN)));
    verifyAuthorization("Bearer " + TOKEN);
  }

  @Test
  void usernameAndPassword_areSentAsBasic() throws ApiFailure {
    call(kubeconfig(cluster(url()), map("username", "me", "password", "p")));
    verifyAuthorization("Basic " + base64("me:p"));
  }

  @Test
  void serverWithAPath_isCalledBelowIt() throws ApiFailure {
    call(kubeconfig(cluster(url() + "/k8s/clusters/c-1/"), map("token", TOKEN)));
    assertTrue(
        server
            .findAll(anyRequestedFor(anyUrl()))
            .get(0)
            .getUrl()
            .startsWith("/k8s/clusters/c-1/api/v1/namespaces/n/pods?"));
  }

  @Test
  void serverName_isWhatTheCertificateIsFor() throws ApiFailure {
    Map<String, Object> cluster = cluster("https://127.0.0.1:" + server.httpsPort());
    assertThrows(ApiFailure.class, () -> call(kubeconfig(cluster, map("token", TOKEN))));
    cluster.put("tls-server-name", "kubernetes.example");
    call(kubeconfig(cluster, map("token", TOKEN)));
    assertEquals("127.0.0.1", server.findAll(anyRequestedFor(anyUrl())).get(0).getHost());
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1", "[::1]", "10.1", "a b", "*.example", "-"})
  void serverName_thatIsNoName_isRefused(String name) {
    Map<String, Object> cluster = cluster(url());
    cluster.put("tls-server-name", name);
    assertContains(refused(kubeconfig(cluster, Map.of())), "clusters[0].cluster.tls-server-name");
  }

  @Test
  void clientCertificate_isShown_withEveryFormOfKey(@TempDir Path folder)
      throws IOException, GeneralSecurityException, ApiFailure {
    WireMockServer strict = https(folder, WireMockConfiguration.options().needClientAuth(true));
    strict.stubFor(any(anyUrl()).willReturn(KubeCluster.list("PodList", "1", List.of())));
    strict.start();
    try {
      HeldCertificate rsa = new HeldCertificate.Builder().signedBy(AUTHORITY).rsa2048().build();
      HeldCertificate ec = new HeldCertificate.Builder().signedBy(AUTHORITY).ecdsa256().build();
      String url = "https://localhost:" + strict.httpsPort();
      assertThrows(ApiFailure.class, () -> call(kubeconfig(cluster(url), Map.of())));
      for (String key : List.of(rsa.privateKeyPkcs8Pem(), rsa.privateKeyPkcs1Pem())) {
        call(kubeconfig(cluster(url), user(rsa.certificatePem(), key)));
      }
      for (String key : List.of(ec.privateKeyPkcs8Pem(), sec1(ec))) {
        call(kubeconfig(cluster(url), user(ec.certificatePem(), key)));
      }
    } finally {
      strict.stop();
    }
  }

  private static Map<String, Object> user(String certificate, String key) {
    return map("client-certificate-data", base64(certificate), "client-key-data", base64(key));
  }

  /** The key as RFC 5915 has it: with its curve, and without what PKCS #8 puts around it. */
  private static String sec1(HeldCertificate certificate) {
    byte[] pkcs8 = certificate.keyPair().getPrivate().getEncoded();
    byte[] curve = {(byte) 0xa0, 10, 6, 8, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 3, 1, 7};
    int at = pkcs8.length - 37; // version 1 and the key of 32 bytes end it
    byte[] der = new byte[2 + 37 + curve.length];
    der[0] = 0x30;
    der[1] = (byte) (37 + curve.length);
    System.arraycopy(pkcs8, at, der, 2, 37);
    System.arraycopy(curve, 0, der, 39, curve.length);
    return "-----BEGIN EC PRIVATE KEY-----\n"
        + Base64.getMimeEncoder().encodeToString(der)
        + "\n-----END EC PRIVATE KEY-----\n";
  }

  @Test
  void clientCertificateWithoutItsKey_isRefused() {
    Map<String, Object> user = map("client-certificate-data", base64(AUTHORITY.certificatePem()));
    assertContains(refused(kubeconfig(cluster(url()), user)), "users[0].user", "client-key-data");
  }

  /** Still a private key in PEM form, of other bytes. */
  private static String damaged(String pem) {
    return pem.lines()
        .map(line -> line.startsWith("-----") ? line : line.replace('A', 'B').replace('M', 'N'))
        .collect(Collectors.joining("\n"));
  }

  /** Its curve says that it is 2 GB long, or longer than any number has it. */
  @Test
  void key_whoseLengthIsNotTrue_isRefusedWithoutThatMuchMemory() {
    for (String length : List.of("847ffffff0", "84ffffffff")) {
      byte[] der = HexFormat.of().parseHex("3012020101040100a00a06" + length);
      String pem =
          "-----BEGIN EC PRIVATE KEY-----\n"
              + Base64.getEncoder().encodeToString(der)
              + "\n-----END EC PRIVATE KEY-----\n";
      byte[] bytes = pem.getBytes(StandardCharsets.US_ASCII);
      assertThrows(BadInputException.class, () -> PemKey.read(bytes, "EC", "client-key-data"));
    }
  }

  @Test
  void dataThatIsNone_isNamedAndNotShown() {
    String key = AUTHORITY.privateKeyPkcs8Pem();
    List<Map<String, Object>> users =
        List.of(
            map("client-certificate-data", "&" + TOKEN, "client-key-data", base64(key)),
            map("client-certificate-data", base64(TOKEN), "client-key-data", base64(key)),
            user(AUTHORITY.certificatePem(), TOKEN),
            user(AUTHORITY.certificatePem(), damaged(key)),
            map("token", TOKEN + "\n"),
            map("username", TOKEN));
    for (Map<String, Object> user : users) {
      BadInputException e = refused(kubeconfig(cluster(url()), user));
      assertContains(e, "users[0].user");
      assertFalse(String.valueOf(e.getMessage()).contains(TOKEN), e.getMessage());
      assertEquals(null, e.getCause());
    }
    Map<String, Object> cluster = map("server", url(), "certificate-authority-data", "x");
    assertContains(refused(kubeconfig(cluster, Map.of())), "certificate-authority-data");
  }

  @Test
  void authorityOfAnother_isNotBelieved() {
    HeldCertificate other = new HeldCertificate.Builder().certificateAuthority(0).build();
    Map<String, Object> cluster =
        map("server", url(), "certificate-authority-data", base64(other.certificatePem()));
    assertThrows(ApiFailure.class, () -> call(kubeconfig(cluster, map("token", TOKEN))));
    cluster.remove("certificate-authority-data");
    assertThrows(ApiFailure.class, () -> call(kubeconfig(cluster, map("token", TOKEN))));
    server.verify(0, anyRequestedFor(anyUrl()));
  }

  @Test
  void nothingShowsACredential() throws ApiFailure {
    Map<String, Object> config = kubeconfig(cluster(url()), map("token", TOKEN));
    server.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(500)));
    try (KubernetesClient client = KubernetesClient.fromKubeconfig(config, true)) {
      String all =
          client
              + " "
              + Kubeconfig.parse(config)
              + assertThrows(ApiFailure.class, () -> call(client));
      assertFalse(all.contains(TOKEN), all);
      assertTrue(all.contains("answered 500"), all);
    }
  }

  @Test
  void contextsAndNamesThatAreNotThere_areNamed() {
    Map<String, Object> config = kubeconfig(cluster(url()), Map.of());
    config.put("current-context", "there");
    assertContains(refused(config), "current-context", "\"there\"", "contexts");
    config.remove("current-context");
    assertContains(refused(config), "current-context is missing");
    config.put("current-context", "here");
    config.put("users", List.of());
    assertContains(refused(config), "contexts[0].context names the user \"u\"");
    config.put("users", "u");
    config.put("clusters", List.of("c"));
    assertContains(refused(config), "users must be a list", "clusters[0] must be an object");
  }

  @Test
  void serverThatIsNotKnown_isUnavailable() {
    Map<String, Object> config = kubeconfig(cluster("https://nowhere.invalid"), Map.of());
    assertThrows(
        UnavailableException.class, () -> KubernetesClient.fromKubeconfig(config, true).close());
  }

  static BadInputException refused(Map<String, Object> config) {
    return assertThrows(
        BadInputException.class, () -> KubernetesClient.fromKubeconfig(config, true).close());
  }

  static void assertContains(Exception e, String... parts) {
    for (String part : parts) {
      assertTrue(String.valueOf(e.getMessage()).contains(part), e.getMessage());
    }
  }
}
