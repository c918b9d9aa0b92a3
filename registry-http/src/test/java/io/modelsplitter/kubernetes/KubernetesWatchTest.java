package io.modelsplitter.kubernetes;

import static com.github.tomakehurst.wiremock.client.WireMock.absent;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static io.modelsplitter.kubernetes.KubeCluster.EVENTS;
import static io.modelsplitter.kubernetes.KubeCluster.JOBS;
import static io.modelsplitter.kubernetes.KubeCluster.PODS;
import static io.modelsplitter.kubernetes.KubeCluster.bookmark;
import static io.modelsplitter.kubernetes.KubeCluster.condition;
import static io.modelsplitter.kubernetes.KubeCluster.event;
import static io.modelsplitter.kubernetes.KubeCluster.events;
import static io.modelsplitter.kubernetes.KubeCluster.job;
import static io.modelsplitter.kubernetes.KubeCluster.json;
import static io.modelsplitter.kubernetes.KubeCluster.list;
import static io.modelsplitter.kubernetes.KubeCluster.pod;
import static io.modelsplitter.kubernetes.KubeCluster.running;
import static io.modelsplitter.kubernetes.KubeCluster.status;
import static io.modelsplitter.kubernetes.KubeCluster.terminated;
import static io.modelsplitter.kubernetes.KubeCluster.waiting;
import static io.modelsplitter.kubernetes.KubeCluster.warning;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.tomakehurst.wiremock.client.WireMock;
import io.modelsplitter.job.JobState;
import io.modelsplitter.job.JobState.Phase;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is told of jobs: how they live and end. */
class KubernetesWatchTest extends KubernetesWatchFixture {
  @Test
  void aJobsLife_isTold_throughWatchesThatEndAndGoOn() throws InterruptedException {
    watched(
        PODS,
        "12",
        events(
            changed(pod(ID, 1, "13", waiting("ImagePullBackOff", "not found"))), bookmark("20")));
    watched(PODS, "20", events(changed(pod(ID, 1, "21", running()))));
    watched(PODS, "21", events(changed(pod(ID, 1, "22", terminated(0, "Completed", "")))));
    watched(PODS, "10", events().withFixedDelay(1)); // again and again, until the job is known
    watch();
    assertNext(Phase.PENDING, null);
    watched(
        PODS,
        "10",
        events(
            event("ADDED", pod(ID, 1, "11", waiting("ContainerCreating", ""))),
            changed(pod(ID, 1, "12", waiting("ErrImagePull", "not found")))));
    JobState state = next();
    if (state.reason() == null) { // the pod's name alone is news
      state = next();
    }
    assertEquals("ErrImagePull", state.reason());
    state = next();
    assertEquals("ImagePullBackOff", state.reason());
    assertEquals("image registry.example/splitter:1: not found", state.message());
    assertNext(Phase.RUNNING, null);
    assertNext(Phase.RUNNING, null); // its pod has ended, it says nothing yet
    server.verify(1, getRequestedFor(urlPathEqualTo(PODS)).withQueryParam("watch", absent()));
  }

  @Test
  void anAttemptThatIsOutOfMemory_isTold() throws InterruptedException {
    Map<String, Object> killed = pod(ID, 1, "11", terminated(137, "OOMKilled", ""));
    server.stubFor(podList().willReturn(list("PodList", "10", List.of(killed))));
    watch();
    JobState state = next();
    while (state.reason() == null) {
      state = next();
    }
    assertEquals(Phase.PENDING, state.phase());
    assertEquals("OOMKilled", state.reason());
  }

  @Test
  void aPodThatMayNotBeMade_isTold() throws InterruptedException {
    server.stubFor(
        anyWatch(EVENTS)
            .withQueryParam("fieldSelector", equalTo("type=Warning"))
            .withQueryParam("resourceVersion", equalTo("10"))
            .willReturn(
                events(
                    event("ADDED", warning("uid-of-t1", "FailedCreate", "violates PodSecurity")))));
    watch();
    JobState state = next();
    while (state.reason() == null) {
      state = next();
    }
    assertEquals("FailedCreate", state.reason());
    assertEquals("violates PodSecurity", state.message());
  }

  @Test
  void aJobThatSucceeded_isTold() throws InterruptedException {
    watched(
        JOBS, "10", events(changed(job(ID, "11", false, condition("Complete", "True", "", "")))));
    watch();
    assertEquals(Phase.SUCCEEDED, nextButPending().phase());
  }

  @Test
  void aJobThatFailed_hasTheReasonOfItsLastAttempt_alsoWhenTheWatchOfPodsIsBehind()
      throws InterruptedException {
    Map<String, Object> failed =
        job(ID, "11", false, condition("Failed", "True", "BackoffLimitExceeded", "limit"));
    watched(JOBS, "10", events(changed(failed)));
    server.stubFor(
        get(urlPathEqualTo(PODS))
            .withQueryParam("labelSelector", equalTo(JobNames.selector(ID)))
            .willReturn(
                list(
                    "PodList",
                    "12",
                    List.of(
                        pod(ID, 2, "12", terminated(1, "Error", "disk full\nbye")),
                        pod(ID, 1, "11", terminated(137, "OOMKilled", ""))))));
    watch();
    JobState state = next();
    while (!state.phase().isFinal()) {
      state = next();
    }
    assertEquals(Phase.FAILED, state.phase());
    assertEquals("Error", state.reason());
    assertEquals("the container ended with 1: disk full bye", state.message());
    assertEquals(
        List.of("split-t1-1", "split-t1-2"), state.pods().stream().map(it -> it.name()).toList());
  }

  @Test
  void aJobThatSomebodyDeleted_isToldAsFailed() throws InterruptedException {
    watched(JOBS, "10", events(event("DELETED", job(ID, "11", false))));
    watch();
    JobState state = next();
    while (!state.phase().isFinal()) {
      state = next();
    }
    assertEquals("Deleted", state.reason());
  }

  @Test
  void aJobThatWentWhileNobodyWatched_isToldAsFailed() throws InterruptedException {
    watched(JOBS, "10", status(410, "Expired", "too old"));
    server.stubFor(
        jobList()
            .inScenario("jobs")
            .whenScenarioStateIs("Started")
            .willReturn(list("JobList", "10", List.of(job(ID, "9", false))))
            .willSetStateTo("gone"));
    server.stubFor(
        jobList()
            .inScenario("jobs")
            .whenScenarioStateIs("gone")
            .willReturn(list("JobList", "30", List.of())));
    watch();
    JobState state = next();
    while (!state.phase().isFinal()) {
      state = next();
    }
    assertEquals("Deleted", state.reason());
  }

  @Test
  void aListenerThatThrows_isCalledAgain() throws InterruptedException {
    watched(JOBS, "10", events(changed(job(ID, "10", false))).withFixedDelay(1));
    launcher.watch(
        (id, state) -> {
          told.add(state);
          throw new AssertionError("of the test");
        });
    assertNext(Phase.PENDING, null); // the listener has thrown, or is about to
    watched(
        JOBS, "10", events(changed(job(ID, "11", false, condition("Complete", "True", "", "")))));
    assertNext(Phase.SUCCEEDED, null);
  }

  @Test
  void watch_twice_isRefused() {
    watch();
    assertThrows(IllegalStateException.class, this::watch);
  }

  @Test
  void close_endsTheThreadsInTheMidstOfAWatch() throws InterruptedException {
    watch();
    assertNext(Phase.PENDING, null);
    List<Thread> threads =
        Thread.getAllStackTraces().keySet().stream()
            .filter(it -> it.getName().startsWith("kubernetes-watch-"))
            .toList();
    assertTrue(threads.size() >= 3, threads::toString); // one of an earlier test may be ending
    launcher.close();
    for (Thread thread : threads) {
      thread.join(10_000);
      assertTrue(!thread.isAlive(), thread.getName());
    }
  }

  @Test
  void aClusterThatIsSlowToSayWhyAJobFailed_holdsUpNobodyElse() throws InterruptedException {
    Map<String, Object> failed =
        job(ID, "9", false, condition("Failed", "True", "BackoffLimitExceeded", "limit"));
    server.stubFor(jobList().willReturn(list("JobList", "10", List.of(failed))));
    server.stubFor(
        get(urlPathEqualTo(PODS))
            .withQueryParam("labelSelector", equalTo(JobNames.selector(ID)))
            .willReturn(list("PodList", "12", List.of()).withFixedDelay(40_000)));
    server.stubFor(
        WireMock.delete(urlPathEqualTo(JOBS + "/split-t2"))
            .willReturn(status(404, "NotFound", "not there")));
    watch();
    var asked =
        getRequestedFor(urlPathEqualTo(PODS))
            .withQueryParam("labelSelector", equalTo(JobNames.selector(ID)));
    while (server.findAll(asked).isEmpty()) {
      Thread.onSpinWait();
    }
    launcher.cancel("t2");
    assertEquals(0, told.size()); // which it waits for if it waits at all
  }

  @Test
  void cancel_isToldAsSuch() throws InterruptedException {
    server.stubFor(
        WireMock.delete(urlPathEqualTo(JOBS + "/split-t1"))
            .willReturn(json(200, job(ID, "11", false))));
    watched(JOBS, "10", events(changed(job(ID, "10", false))).withFixedDelay(1));
    server.stubFor(
        jobList()
            .inScenario("jobs")
            .whenScenarioStateIs("Started")
            .willReturn(list("JobList", "10", List.of(job(ID, "9", false)))));
    watch();
    assertNext(Phase.PENDING, null);
    launcher.cancel(ID);
    watched(JOBS, "10", events(event("DELETED", job(ID, "11", false))));
    assertNext(Phase.FAILED, "Cancelled");
  }
}
