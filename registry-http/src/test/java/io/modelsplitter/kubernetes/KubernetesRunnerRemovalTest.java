package io.modelsplitter.kubernetes;

import static com.github.tomakehurst.wiremock.client.WireMock.absent;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.delete;
import static com.github.tomakehurst.wiremock.client.WireMock.deleteRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static io.modelsplitter.kubernetes.KubeCluster.json;
import static io.modelsplitter.kubernetes.KubeCluster.map;
import static io.modelsplitter.kubernetes.KubeCluster.status;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.error.ConflictException;
import io.modelsplitter.error.UpstreamException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is taken away from a cluster with a runner, and what is not. */
@Timeout(60)
class KubernetesRunnerRemovalTest extends RunnerCluster {
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
  void undeploy_aJobWithTheNameOfACredential_isNotShown() {
    Map<String, Object> job = KubeCluster.job("t2", "1", false);
    Map<String, Object> metadata = new LinkedHashMap<>(Fields.object(job, "metadata"));
    metadata.put("name", TOKEN);
    job.put("metadata", metadata);
    cluster.stubFor(
        get(urlPathEqualTo("/apis/batch/v1/namespaces/model-split-jobs/jobs"))
            .willReturn(json(200, map("items", List.of(job)))));
    ConflictException e =
        assertThrows(
            ConflictException.class,
            () -> deployer.undeploy(ID, runner(Map.of()).clusterK8sConfig()));
    assertTrue(String.valueOf(e.getMessage()).contains("the job *** has not"), e::getMessage);
  }

  @Test
  void deploy_thatFails_leavesTheNamespaceOfJobsThatRun() {
    cluster.stubFor(delete(anyUrl()).willReturn(json(200, Map.of())));
    cluster.stubFor(
        get(urlPathEqualTo("/apis/batch/v1/namespaces/model-split-jobs/jobs"))
            .withQueryParam("continue", absent())
            .willReturn(json(200, map("metadata", map("continue", "2"), "items", List.of()))));
    cluster.stubFor(
        get(urlPathEqualTo("/apis/batch/v1/namespaces/model-split-jobs/jobs"))
            .withQueryParam("continue", equalTo("2"))
            .willReturn(json(200, map("items", List.of(KubeCluster.job("t1", "1", false))))));
    cluster.stubFor(post(DEPLOYMENTS).willReturn(status(500, "InternalError", "no luck")));
    assertTrue(refused(UpstreamException.class).contains("no luck"));
    verifyRemoved();
    cluster.verify(2, deleteRequestedFor(anyUrl()));
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
}
