package io.modelsplitter.kubernetes;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
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
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.tomakehurst.wiremock.stubbing.Scenario;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.error.UpstreamException;
import io.modelsplitter.registry.NewSplitRunner;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Deploying to a cluster, with what goes wrong in one. */
@Timeout(60)
class KubernetesRunnerDeployerTest extends RunnerCluster {
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
  void deploy_serverThatRepeatsPasswordsWhereATextIsCut_isNotBelieved() {
    String password = "canary-password";
    String basic =
        Base64.getEncoder().encodeToString(("me:" + password).getBytes(StandardCharsets.UTF_8));
    Map<String, Object> config =
        KubeconfigTest.kubeconfig(
            KubeconfigTest.cluster("https://localhost:" + cluster.httpsPort()),
            map("username", "me", "password", password));
    NewSplitRunner runner = new NewSplitRunner(config, "192.168.0.106", Map.of(), List.of());
    // So that the cut at 2,000 characters leaves the half of each.
    for (String secret : List.of(password, basic)) {
      String message = "x".repeat(1_985) + secret + "x".repeat(100);
      cluster.stubFor(post(CORE).willReturn(status(500, "InternalError", message)));
      UpstreamException e =
          assertThrows(UpstreamException.class, () -> deployer.deploy(ID, runner));
      String shown = String.valueOf(e.getMessage());
      assertTrue(shown.contains("xxx***"), shown);
      assertTrue(!shown.contains(secret.substring(0, 6)), shown);
    }
  }

  @Test
  void deploy_withoutAnImage_isRefusedBeforeAnythingIsSent() {
    RunnerSettings none =
        RunnerSettings.builder("https://registry.example").allowLocalAddresses(true).build();
    KubernetesRunnerDeployer without = new KubernetesRunnerDeployer(() -> none);
    NewSplitRunner runner = runner(Map.of());
    UnavailableException e = assertThrows(UnavailableException.class, () -> without.check(runner));
    assertTrue(String.valueOf(e.getMessage()).contains("--runner-image"), e::getMessage);
    assertThrows(UnavailableException.class, () -> without.deploy(ID, runner));
    assertEquals(0, cluster.getAllServeEvents().size());
    without.undeploy(ID, runner.clusterK8sConfig());
    verifyRemoved();
  }

  @Test
  void deploy_serviceWithoutAPortOnNodes_isRolledBack() {
    cluster.stubFor(post(SERVICES).willReturn(json(201, map("spec", Map.of()))));
    assertTrue(refused(UpstreamException.class).contains("no port on its nodes"));
    verifyRemoved();
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
  void deploy_namespaceThatIsBeingRemoved_isUpstream() {
    cluster.stubFor(
        get(urlPathEqualTo(CORE + "/split-executor"))
            .willReturn(json(200, map("status", map("phase", "Terminating")))));
    assertTrue(refused(UpstreamException.class).contains("is being removed"));
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
