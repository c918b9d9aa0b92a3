package io.modelsplitter.kubernetes;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.delete;
import static com.github.tomakehurst.wiremock.client.WireMock.deleteRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.matchingJsonPath;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.put;
import static com.github.tomakehurst.wiremock.client.WireMock.putRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static io.modelsplitter.kubernetes.KubeCluster.json;
import static io.modelsplitter.kubernetes.KubeCluster.map;
import static io.modelsplitter.kubernetes.KubeCluster.status;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.ConflictException;
import io.modelsplitter.error.ModelSplitterException;
import io.modelsplitter.error.UpstreamException;
import io.modelsplitter.registry.NewSplitRunner;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A cluster that answers as one does, with what goes wrong in one. */
@Timeout(60)
class KubernetesRunnerDeployerTest {
  private static final String ID = "0f9d5c7e-6b1a-4a52-9d3e-2f1c8f4b7a10";
  private static final String TOKEN = "canary-token-of-the-cluster";
  private static final String CORE = "/api/v1/namespaces";
  private static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/split-executor/deployments";
  private static final String DEPLOYMENT = DEPLOYMENTS + "/split-runner-" + ID;
  private static final String SERVICES = CORE + "/split-executor/services";
  private static final String RBAC =
      "/apis/rbac.authorization.k8s.io/v1/namespaces/model-split-jobs";

  @TempDir Path folder;

  private WireMockServer cluster = new WireMockServer();
  private final KubernetesRunnerDeployer deployer = deployer(Duration.ofSeconds(30));

  private static KubernetesRunnerDeployer deployer(Duration rollout) {
    RunnerSettings settings =
        RunnerSettings.builder("https://registry.example")
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

  private static ResponseDefinitionBuilder deployment(int available, Object... conditions) {
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

  private NewSplitRunner runner(Map<String, Object> metadata) {
    Map<String, Object> config =
        KubeconfigTest.kubeconfig(
            KubeconfigTest.cluster("https://localhost:" + cluster.httpsPort()),
            map("token", TOKEN));
    return new NewSplitRunner(config, "192.168.0.106", metadata, List.of());
  }

  private String deploy() {
    return deployer.deploy(ID, runner(Map.of())).publicUrl();
  }

  private <T extends ModelSplitterException> String refused(Class<T> kind) {
    T e = assertThrows(kind, this::deploy);
    StringWriter all = new StringWriter();
    e.printStackTrace(new PrintWriter(all));
    assertFalse(all.toString().contains(TOKEN), all::toString);
    return String.valueOf(e.getMessage());
  }

  private void verifyRemoved() {
    cluster.verify(deleteRequestedFor(urlPathEqualTo(SERVICES + "/split-runner-" + ID)));
    cluster.verify(deleteRequestedFor(urlPathEqualTo(DEPLOYMENT)));
  }

  @Test
  void deploy_makesEverything_andAnswersThePortThatTheClusterGave() {
    assertEquals("http://192.168.0.106:32286", deploy());
    for (String name : List.of("split-executor", "model-split-jobs")) {
      cluster.verify(
          postRequestedFor(urlPathEqualTo(CORE))
              .withHeader("Authorization", equalTo("Bearer " + TOKEN))
              .withRequestBody(matchingJsonPath("$.metadata.name", equalTo(name))));
    }
    cluster.verify(postRequestedFor(urlPathEqualTo(RBAC + "/roles")));
    cluster.verify(postRequestedFor(urlPathEqualTo(RBAC + "/rolebindings")));
    cluster.verify(
        postRequestedFor(urlPathEqualTo(DEPLOYMENTS))
            .withRequestBody(
                matchingJsonPath(
                    "$.spec.template.spec.containers[0].env[?(@.name=='GLOBAL_TASKS_DB_URL')].value",
                    equalTo("https://registry.example"))));
    cluster.verify(0, deleteRequestedFor(anyUrl()));
  }

  @Test
  void deploy_secondRunner_takesWhatIsThere() {
    cluster.stubFor(
        get(urlPathEqualTo(CORE + "/split-executor")).willReturn(json(200, map("kind", "x"))));
    for (String url :
        List.of(
            CORE,
            CORE + "/split-executor/serviceaccounts",
            RBAC + "/roles",
            RBAC + "/rolebindings")) {
      cluster.stubFor(post(url).willReturn(status(409, "AlreadyExists", "it is there")));
    }
    cluster.stubFor(
        put(urlEqualTo(RBAC + "/roles/model-splitter-runner")).willReturn(json(200, Map.of())));
    assertEquals("http://192.168.0.106:32286", deploy());
    cluster.verify(putRequestedFor(urlPathEqualTo(RBAC + "/roles/model-splitter-runner")));
  }

  @Test
  void deploy_waitsForTheRollout() {
    cluster.stubFor(
        get(DEPLOYMENT)
            .inScenario("rollout")
            .whenScenarioStateIs(Scenario.STARTED)
            .willReturn(deployment(0))
            .willSetStateTo("next"));
    cluster.stubFor(
        get(DEPLOYMENT)
            .inScenario("rollout")
            .whenScenarioStateIs("next")
            .willReturn(deployment(1)));
    deploy();
    cluster.verify(2, getRequestedFor(urlEqualTo(DEPLOYMENT)));
  }

  @Test
  void deploy_rolloutThatFails_isRolledBackAndSaysWhy() {
    cluster.stubFor(
        get(DEPLOYMENT)
            .willReturn(
                deployment(
                    0,
                    map(
                        "type", "Progressing",
                        "status", "False",
                        "reason", "ProgressDeadlineExceeded",
                        "message", "timed out"))));
    cluster.stubFor(
        get(urlPathEqualTo(CORE + "/split-executor/pods"))
            .willReturn(
                json(
                    200,
                    map(
                        "items",
                        List.of(
                            map(
                                "status",
                                KubeCluster.waiting(
                                    "ImagePullBackOff",
                                    "Back-off pulling image \"x\" for " + TOKEN)))))));
    String message = refused(UpstreamException.class);
    assertTrue(message.contains("ImagePullBackOff: Back-off pulling image \"x\" for ***"), message);
    verifyRemoved();
  }

  @Test
  void deploy_rolloutThatTakesTooLong_isRolledBack() {
    cluster.stubFor(get(DEPLOYMENT).willReturn(deployment(0)));
    UpstreamException e =
        assertThrows(
            UpstreamException.class,
            () -> deployer(Duration.ofMillis(50)).deploy(ID, runner(Map.of())));
    assertTrue(String.valueOf(e.getMessage()).contains("did not become ready"), e::getMessage);
    verifyRemoved();
  }

  @Test
  void deploy_portThatIsAskedFor_isSent_orRefusedWithTheCause() {
    deployer.deploy(ID, runner(Map.of("node_port", 31_234)));
    cluster.verify(
        postRequestedFor(urlPathEqualTo(SERVICES))
            .withRequestBody(matchingJsonPath("$.spec.ports[0].nodePort", equalTo("31234"))));
    cluster.stubFor(
        post(SERVICES)
            .willReturn(
                status(
                    422, "Invalid", "spec.ports[0].nodePort: provided port is already allocated")));
    assertTrue(refused(BadInputException.class).contains("already allocated"));
    verifyRemoved();
    assertThrows(
        BadInputException.class, () -> deployer.check(runner(Map.of("node_port", "31234"))));
    assertThrows(BadInputException.class, () -> deployer.check(runner(Map.of("node_port", 0))));
  }

  @Test
  void deploy_accountThatMayNot_isSaidSo() {
    cluster.stubFor(
        post(CORE).willReturn(status(403, "Forbidden", "User \"x\" cannot create namespaces")));
    String message = refused(BadInputException.class);
    assertTrue(message.contains("cannot create namespaces"), message);
    assertTrue(message.contains("cluster_k8s_config must let in"), message);
  }

  @Test
  void deploy_serverThatRepeatsTheToken_isNotBelieved() {
    cluster.stubFor(
        post(CORE).willReturn(status(500, "InternalError", "you sent Bearer " + TOKEN)));
    assertTrue(refused(UpstreamException.class).contains("you sent Bearer ***"));
    cluster.stubFor(
        post(CORE).willReturn(aResponse().withStatus(302).withHeader("Location", "/x")));
    assertTrue(refused(UpstreamException.class).contains("redirect"));
  }

  @Test
  void deploy_serverThatAnswersWithoutEnd_isNotReadToIt() {
    cluster.stubFor(post(CORE).willReturn(json(201, map("x", "x".repeat(9 << 20)))));
    assertTrue(refused(UpstreamException.class).contains("more than 8388608 bytes"));
  }

  @Test
  void deploy_clusterThatIsAway_isUpstream() {
    NewSplitRunner runner = runner(Map.of());
    cluster.stop();
    UpstreamException e = assertThrows(UpstreamException.class, () -> deployer.deploy(ID, runner));
    assertTrue(String.valueOf(e.getMessage()).contains("cannot reach the cluster"), e::getMessage);
    assertThrows(UpstreamException.class, () -> deployer.undeploy(ID, runner.clusterK8sConfig()));
  }

  @Test
  void undeploy_oneOfSeveral_leavesWhatTheOthersNeed() {
    cluster.stubFor(
        get(urlPathEqualTo(DEPLOYMENTS))
            .willReturn(
                json(
                    200,
                    map(
                        "items",
                        List.of(
                            map("metadata", map("name", "split-runner-" + ID)),
                            map("metadata", map("name", "split-runner-other")))))));
    deployer.undeploy(ID, runner(Map.of()).clusterK8sConfig());
    verifyRemoved();
    cluster.verify(2, deleteRequestedFor(anyUrl()));
  }

  @Test
  void undeploy_theLastOneWithAJobThatRuns_isRefused() {
    cluster.stubFor(
        get(urlPathEqualTo("/apis/batch/v1/namespaces/model-split-jobs/jobs"))
            .willReturn(
                json(
                    200,
                    map(
                        "items",
                        List.of(
                            KubeCluster.job(
                                "t1",
                                "1",
                                false,
                                KubeCluster.condition("Complete", "True", "", "")),
                            KubeCluster.job("t2", "1", false))))));
    ConflictException e =
        assertThrows(
            ConflictException.class,
            () -> deployer.undeploy(ID, runner(Map.of()).clusterK8sConfig()));
    assertTrue(String.valueOf(e.getMessage()).contains("split-t2 has not ended"), e::getMessage);
    cluster.verify(0, deleteRequestedFor(anyUrl()));
  }

  @Test
  void deploy_namespaceThatIsBeingRemoved_isUpstream() {
    cluster.stubFor(
        get(urlPathEqualTo(CORE + "/split-executor"))
            .willReturn(json(200, map("status", map("phase", "Terminating")))));
    assertTrue(refused(UpstreamException.class).contains("is being removed"));
  }

  @Test
  void undeploy_theLastOne_removesWhatWasMade_andNoNamespaceOfOthers() {
    cluster.stubFor(
        get(CORE + "/split-executor")
            .willReturn(
                json(
                    200,
                    map("metadata", map("labels", map(JobNames.MANAGED_BY, JobNames.OWNER))))));
    cluster.stubFor(
        get(CORE + "/model-split-jobs").willReturn(json(200, map("metadata", map("name", "x")))));
    cluster.stubFor(delete(anyUrl()).willReturn(json(200, Map.of())));
    deployer.undeploy(ID, runner(Map.of()).clusterK8sConfig());
    verifyRemoved();
    cluster.verify(deleteRequestedFor(urlPathEqualTo(RBAC + "/roles/model-splitter-runner")));
    cluster.verify(
        deleteRequestedFor(
            urlPathEqualTo(RBAC + "/rolebindings/model-splitter-runner.split-executor")));
    cluster.verify(deleteRequestedFor(urlPathEqualTo(CORE + "/split-executor")));
    cluster.verify(0, deleteRequestedFor(urlPathEqualTo(CORE + "/model-split-jobs")));
  }

  @Test
  void undeploy_theLastOne_leavesTheJobsOfRunnersInAnotherNamespace() {
    cluster.stubFor(delete(anyUrl()).willReturn(json(200, Map.of())));
    cluster.stubFor(
        get(urlPathEqualTo(RBAC + "/rolebindings"))
            .willReturn(
                json(
                    200,
                    map(
                        "items",
                        List.of(map("metadata", map("name", "model-splitter-runner.other")))))));
    cluster.stubFor(
        get(CORE + "/model-split-jobs")
            .willReturn(
                json(
                    200,
                    map("metadata", map("labels", map(JobNames.MANAGED_BY, JobNames.OWNER))))));
    deployer.undeploy(ID, runner(Map.of()).clusterK8sConfig());
    cluster.verify(
        deleteRequestedFor(
            urlPathEqualTo(RBAC + "/rolebindings/model-splitter-runner.split-executor")));
    cluster.verify(0, deleteRequestedFor(urlPathEqualTo(RBAC + "/roles/model-splitter-runner")));
    cluster.verify(0, deleteRequestedFor(urlPathEqualTo(CORE + "/model-split-jobs")));
  }

  @Test
  void deploy_whileTheLastOneIsRemoved_isUpstream() {
    cluster.stubFor(
        post(SERVICES)
            .willReturn(
                json(
                    403,
                    map(
                        "kind",
                        "Status",
                        "reason",
                        "Forbidden",
                        "message",
                        "namespace split-executor is being terminated",
                        "details",
                        map("causes", List.of(map("reason", "NamespaceTerminating")))))));
    assertTrue(refused(UpstreamException.class).contains("try again"));
  }
}
