package io.modelsplitter.kubernetes;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.delete;
import static com.github.tomakehurst.wiremock.client.WireMock.deleteRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.matchingJsonPath;
import static com.github.tomakehurst.wiremock.client.WireMock.patch;
import static com.github.tomakehurst.wiremock.client.WireMock.patchRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static io.modelsplitter.kubernetes.KubeCluster.CLAIMS;
import static io.modelsplitter.kubernetes.KubeCluster.JOBS;
import static io.modelsplitter.kubernetes.KubeCluster.MAPS;
import static io.modelsplitter.kubernetes.KubeCluster.PODS;
import static io.modelsplitter.kubernetes.KubeCluster.job;
import static io.modelsplitter.kubernetes.KubeCluster.json;
import static io.modelsplitter.kubernetes.KubeCluster.list;
import static io.modelsplitter.kubernetes.KubeCluster.map;
import static io.modelsplitter.kubernetes.KubeCluster.pod;
import static io.modelsplitter.kubernetes.KubeCluster.status;
import static io.modelsplitter.kubernetes.KubeCluster.statusObject;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.ConflictException;
import io.modelsplitter.error.NotFoundException;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.job.JobSpec;
import io.modelsplitter.job.JobState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KubernetesLaunchTest {
  private static final String ID = "t1";
  private static final String JOB = JOBS + "/split-t1";

  private final WireMockServer server = KubeCluster.start();
  private final KubernetesJobLauncher launcher =
      new KubernetesJobLauncher(KubeCluster.client(server), JobSettings.builder().build());

  @AfterEach
  void stop() {
    launcher.close();
    server.stop();
  }

  private static JobSpec spec() {
    return new JobSpec(ID, "registry.example/splitter:1", "1Gi", Map.of("a", 1), Map.of());
  }

  private void everythingWorks() {
    server.stubFor(post(JOBS).willReturn(json(201, job(ID, "10", true))));
    server.stubFor(post(CLAIMS).willReturn(json(201, map("kind", "PersistentVolumeClaim"))));
    server.stubFor(post(MAPS).willReturn(json(201, map("kind", "ConfigMap"))));
    server.stubFor(patch(urlEqualTo(JOB)).willReturn(json(200, job(ID, "11", false))));
    server.stubFor(
        delete(urlPathEqualTo(JOB)).willReturn(json(200, job(ID, "12", false)))); // or a Status
  }

  private List<String> calls() {
    List<String> calls = new ArrayList<>();
    for (LoggedRequest request : server.findAll(anyRequestedFor(anyUrl()))) {
      calls.add(request.getMethod() + " " + request.getUrl().replaceFirst("\\?.*", ""));
    }
    return calls;
  }

  @Test
  void launch_makesTheJobSuspended_thenItsVolume_thenLetsItBegin() {
    everythingWorks();
    launcher.launch(spec());
    assertEquals(List.of("POST " + JOBS, "POST " + CLAIMS, "PATCH " + JOB), calls());
    server.verify(
        postRequestedFor(urlEqualTo(JOBS))
            .withRequestBody(matchingJsonPath("$.spec[?(@.suspend == true)]")));
    server.verify(
        postRequestedFor(urlEqualTo(CLAIMS))
            .withRequestBody(
                matchingJsonPath("$.metadata.ownerReferences[0].uid", equalTo("uid-of-t1"))));
    server.verify(
        patchRequestedFor(urlEqualTo(JOB))
            .withHeader("Content-Type", equalTo("application/merge-patch+json"))
            .withRequestBody(equalToJson("{\"spec\":{\"suspend\":false}}")));
  }

  @Test
  void launch_sendsNoEmptyFields() {
    everythingWorks();
    launcher.launch(spec());
    String sent = server.findAll(postRequestedFor(urlEqualTo(JOBS))).get(0).getBodyAsString();
    assertTrue(!sent.contains("[]") && !sent.contains("overhead"), sent);
  }

  @Test
  void launch_withLargeData_makesItAConfigMap() {
    everythingWorks();
    launcher.launch(JobManifestsTest.large(ID));
    assertEquals(
        List.of("POST " + JOBS, "POST " + CLAIMS, "POST " + MAPS, "PATCH " + JOB), calls());
  }

  @Test
  void launch_withMoreDataThanAConfigMapHolds_isRefusedUnsent() {
    JobSpec spec = new JobSpec(ID, "i", "1Gi", Map.of("x", "y".repeat(1_000_000)), Map.of());
    assertThrows(BadInputException.class, () -> launcher.launch(spec));
    assertEquals(List.of(), calls());
  }

  @Test
  void launch_withoutPermission_namesWhatIsLacking() {
    String message =
        "jobs.batch is forbidden: User \"u\" cannot create resource \"jobs\" in API group \"batch\""
            + " in the namespace \"model-split-jobs\"";
    server.stubFor(post(JOBS).willReturn(status(403, "Forbidden", message)));
    UnavailableException e =
        assertThrows(UnavailableException.class, () -> launcher.launch(spec()));
    assertContains(e, message, "registry.example/splitter:1", "Role", "persistentvolumeclaims");
    assertEquals(List.of("POST " + JOBS), calls());
  }

  @Test
  void launch_thatTheClusterFindsWrong_namesTheCauses_andRemovesTheJob() {
    everythingWorks();
    Map<String, Object> status = statusObject(422, "Invalid", "it is invalid");
    status.put(
        "details",
        map(
            "causes",
            List.of(
                map("reason", "FieldValueInvalid", "message", "must be x", "field", "spec.a"))));
    server.stubFor(post(CLAIMS).willReturn(json(422, status)));
    BadInputException e = assertThrows(BadInputException.class, () -> launcher.launch(spec()));
    assertContains(e, "it is invalid", "spec.a: must be x", "PersistentVolumeClaim");
    server.verify(
        deleteRequestedFor(urlPathEqualTo(JOB))
            .withQueryParam("propagationPolicy", equalTo("Background")));
  }

  @Test
  void launch_whoseJobCannotBegin_isRemoved() {
    everythingWorks();
    server.stubFor(patch(urlEqualTo(JOB)).willReturn(status(500, "InternalError", "etcd")));
    UnavailableException e =
        assertThrows(UnavailableException.class, () -> launcher.launch(spec()));
    assertContains(e, "etcd");
    assertEquals("DELETE " + JOB, calls().get(3));
  }

  @Test
  void launch_whoseAnswerIsLost_removesTheJobThatIsThere() {
    everythingWorks();
    server.stubFor(post(JOBS).willReturn(aResponse().withFault(Fault.MALFORMED_RESPONSE_CHUNK)));
    server.stubFor(get(JOB).willReturn(json(200, job(ID, "10", true))));
    assertThrows(UnavailableException.class, () -> launcher.launch(spec()));
    assertEquals("DELETE " + JOB, calls().get(calls().size() - 1));
  }

  @Test
  void launch_whoseAnswerIsAProxys_removesTheJobThatIsThere() {
    everythingWorks();
    server.stubFor(post(JOBS).willReturn(aResponse().withStatus(502).withBody("<html>")));
    server.stubFor(get(JOB).willReturn(json(200, job(ID, "10", true))));
    assertThrows(UnavailableException.class, () -> launcher.launch(spec()));
    assertEquals("DELETE " + JOB, calls().get(calls().size() - 1));
  }

  @Test
  void launch_ofAJobThatRuns_isDone() {
    server.stubFor(post(JOBS).willReturn(status(409, "AlreadyExists", "it exists")));
    server.stubFor(get(JOB).willReturn(json(200, job(ID, "10", false))));
    launcher.launch(spec());
    assertEquals(List.of("POST " + JOBS, "GET " + JOB), calls());
  }

  @Test
  void launch_ofAJobWhoseLaunchWasBrokenOff_finishesIt() {
    everythingWorks();
    server.stubFor(post(JOBS).willReturn(status(409, "AlreadyExists", "it exists")));
    server.stubFor(post(CLAIMS).willReturn(status(409, "AlreadyExists", "it exists")));
    server.stubFor(get(JOB).willReturn(json(200, job(ID, "10", true))));
    launcher.launch(spec());
    assertEquals("PATCH " + JOB, calls().get(3));
  }

  @Test
  void launch_whereAJobOfAnotherTaskIs_isAConflict() {
    server.stubFor(post(JOBS).willReturn(status(409, "AlreadyExists", "it exists")));
    server.stubFor(get(JOB).willReturn(json(200, job("other", "10", false))));
    assertThrows(ConflictException.class, () -> launcher.launch(spec()));
  }

  @Test
  void launch_withoutANamespace_saysSo() {
    server.stubFor(
        post(JOBS)
            .willReturn(status(404, "NotFound", "namespaces \"model-split-jobs\" not found")));
    assertContains(
        assertThrows(UnavailableException.class, () -> launcher.launch(spec())),
        "is there a namespace model-split-jobs?");
  }

  @Test
  void launch_whereNobodyListens_saysWhere() {
    server.stop();
    assertContains(
        assertThrows(UnavailableException.class, () -> launcher.launch(spec())),
        "cannot reach the cluster at http://localhost:");
  }

  @Test
  void cancel_deletesWithWhatBelongsToIt_andOneThatIsNotThereIsFine() {
    everythingWorks();
    launcher.cancel(ID);
    server.verify(
        deleteRequestedFor(urlPathEqualTo(JOB))
            .withQueryParam("propagationPolicy", equalTo("Background")));
    server.stubFor(delete(urlPathEqualTo(JOB)).willReturn(status(404, "NotFound", "no")));
    launcher.cancel(ID);
  }

  @Test
  void stateAndJobs_readTheCluster() {
    server.stubFor(get(JOB).willReturn(json(200, job(ID, "10", false))));
    server.stubFor(
        get(urlPathEqualTo(JOBS)).willReturn(list("JobList", "20", List.of(job(ID, "10", false)))));
    server.stubFor(
        get(urlPathEqualTo(PODS))
            .willReturn(list("PodList", "20", List.of(pod(ID, 1, "15", KubeCluster.running())))));
    server.stubFor(
        get(urlPathEqualTo(KubeCluster.EVENTS)).willReturn(status(403, "Forbidden", "events")));
    assertEquals(JobState.Phase.RUNNING, launcher.state(ID).phase());
    assertEquals(List.of(ID), List.copyOf(launcher.jobs().keySet()));
    assertEquals("split-t1-1", launcher.state(ID).pods().get(0).name());
  }

  @Test
  void state_ofNoJob_isNotFound() {
    server.stubFor(get(JOB).willReturn(status(404, "NotFound", "no")));
    assertThrows(NotFoundException.class, () -> launcher.state(ID));
  }

  @Test
  void jobs_onSeveralPages_areAllThere() {
    Map<String, Object> first =
        map(
            "kind", "JobList",
            "metadata", map("resourceVersion", "20", "continue", "next"),
            "items", List.of(job("a", "10", false)));
    server.stubFor(get(urlPathEqualTo(JOBS)).willReturn(json(200, first)));
    server.stubFor(
        get(urlPathEqualTo(JOBS))
            .withQueryParam("continue", equalTo("next"))
            .willReturn(list("JobList", "20", List.of(job("b", "11", false)))));
    server.stubFor(get(urlPathEqualTo(PODS)).willReturn(list("PodList", "20", List.of())));
    server.stubFor(
        get(urlPathEqualTo(KubeCluster.EVENTS))
            .willReturn(
                list(
                    "EventList",
                    "20",
                    List.of(KubeCluster.warning("uid-of-b", "FailedCreate", "quota")))));
    assertEquals("FailedCreate", Objects.requireNonNull(launcher.jobs().get("b")).reason());
    assertEquals(List.of("a", "b"), List.copyOf(launcher.jobs().keySet()));
  }

  @Test
  void logs_areTheEndOfWhatTheLastAttemptSaid() {
    server.stubFor(get(JOB).willReturn(json(200, job(ID, "10", false))));
    server.stubFor(
        get(urlPathEqualTo(PODS))
            .willReturn(
                list(
                    "PodList",
                    "20",
                    List.of(
                        pod(ID, 1, "15", KubeCluster.terminated(1, "Error", "x")),
                        pod(ID, 2, "16", KubeCluster.waiting("ContainerCreating", ""))))));
    server.stubFor(
        get(urlPathEqualTo(PODS + "/split-t1-2/log"))
            .willReturn(status(400, "BadRequest", "container \"split\" is waiting to start")));
    server.stubFor(
        get(urlPathEqualTo(PODS + "/split-t1-1/log"))
            .willReturn(aResponse().withBody("one\ntwo\nthr\u00e9e\n".repeat(10_000))));
    assertEquals("e\n", launcher.logs(ID, 3)); // the accent was cut
    assertEquals("two\nthr\u00e9e\n", launcher.logs(ID, 11));
  }

  private static void assertContains(Exception e, String... parts) {
    for (String part : parts) {
      assertTrue(String.valueOf(e.getMessage()).contains(part), e.getMessage());
    }
  }
}
