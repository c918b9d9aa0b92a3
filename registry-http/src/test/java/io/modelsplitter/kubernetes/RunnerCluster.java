package io.modelsplitter.kubernetes;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.deleteRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static io.modelsplitter.kubernetes.KubeCluster.json;
import static io.modelsplitter.kubernetes.KubeCluster.map;
import static io.modelsplitter.kubernetes.KubeCluster.status;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import io.modelsplitter.error.ModelSplitterException;
import io.modelsplitter.registry.NewSplitRunner;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A cluster that answers as one does, until a test says otherwise. */
abstract class RunnerCluster {
  static final String ID = "0f9d5c7e-6b1a-4a52-9d3e-2f1c8f4b7a10";
  static final String TOKEN = "canary-token-of-the-cluster";
  static final String CORE = "/api/v1/namespaces";
  static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/split-executor/deployments";
  static final String DEPLOYMENT = DEPLOYMENTS + "/split-runner-" + ID;
  static final String SERVICES = CORE + "/split-executor/services";
  static final String RBAC = "/apis/rbac.authorization.k8s.io/v1/namespaces/model-split-jobs";

  @TempDir Path folder;

  WireMockServer cluster = new WireMockServer();
  final KubernetesRunnerDeployer deployer = deployer(Duration.ofSeconds(30));

  static KubernetesRunnerDeployer deployer(Duration rollout) {
    RunnerSettings settings =
        RunnerSettings.builder("https://registry.example")
            .image("registry.example/server:1")
            .allowLocalAddresses(true)
            .rollout(rollout)
            .build();
    return new KubernetesRunnerDeployer(
        () -> settings, new Backoff(Duration.ofMillis(1), Duration.ofMillis(5)));
  }

  @BeforeEach
  void start() throws Exception {
    cluster = KubeconfigTest.https(folder, WireMockConfiguration.options());
    cluster.start();
    cluster.stubFor(any(anyUrl()).atPriority(10).willReturn(status(404, "NotFound", "not there")));
    for (String url :
        List.of(
            CORE,
            CORE + "/split-executor/serviceaccounts",
            RBAC + "/roles",
            RBAC + "/rolebindings",
            DEPLOYMENTS)) {
      cluster.stubFor(post(url).atPriority(9).willReturn(json(201, Map.of())));
    }
    cluster.stubFor(
        post(SERVICES)
            .atPriority(9)
            .willReturn(
                json(
                    201,
                    map("spec", map("ports", List.of(map("port", 5000, "nodePort", 32_286)))))));
    cluster.stubFor(get(DEPLOYMENT).atPriority(9).willReturn(deployment(1)));
    cluster.stubFor(
        get(urlPathEqualTo(DEPLOYMENTS))
            .atPriority(9)
            .willReturn(json(200, map("items", List.of()))));
  }

  static ResponseDefinitionBuilder deployment(int available, Object... conditions) {
    return json(
        200,
        map(
            "metadata",
            map("generation", 1),
            "status",
            map(
                "observedGeneration",
                1,
                "updatedReplicas",
                1,
                "availableReplicas",
                available,
                "conditions",
                List.of(conditions))));
  }

  @AfterEach
  void stop() {
    cluster.stop();
  }

  NewSplitRunner runner(Map<String, Object> metadata) {
    Map<String, Object> config =
        KubeconfigTest.kubeconfig(
            KubeconfigTest.cluster("https://localhost:" + cluster.httpsPort()),
            map("token", TOKEN));
    return new NewSplitRunner(config, "192.168.0.106", metadata, List.of());
  }

  String deploy() {
    return deployer.deploy(ID, runner(Map.of())).publicUrl();
  }

  <T extends ModelSplitterException> String refused(Class<T> kind) {
    T e = assertThrows(kind, this::deploy);
    StringWriter all = new StringWriter();
    e.printStackTrace(new PrintWriter(all));
    assertFalse(all.toString().contains(TOKEN), all::toString);
    return String.valueOf(e.getMessage());
  }

  void verifyRemoved() {
    cluster.verify(deleteRequestedFor(urlPathEqualTo(SERVICES + "/split-runner-" + ID)));
    cluster.verify(deleteRequestedFor(urlPathEqualTo(DEPLOYMENT)));
  }
}
