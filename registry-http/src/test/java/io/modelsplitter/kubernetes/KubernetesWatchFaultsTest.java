package io.modelsplitter.kubernetes;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static io.modelsplitter.kubernetes.KubeCluster.PODS;
import static io.modelsplitter.kubernetes.KubeCluster.event;
import static io.modelsplitter.kubernetes.KubeCluster.events;
import static io.modelsplitter.kubernetes.KubeCluster.list;
import static io.modelsplitter.kubernetes.KubeCluster.pod;
import static io.modelsplitter.kubernetes.KubeCluster.running;
import static io.modelsplitter.kubernetes.KubeCluster.status;
import static io.modelsplitter.kubernetes.KubeCluster.statusObject;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import io.modelsplitter.job.JobState.Phase;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Watches that break off, go out of date or find nobody. */
class KubernetesWatchFaultsTest extends KubernetesWatchFixture {
  @Test
  void aVersionThatIsGone_asAnEvent_isListedAgain() throws InterruptedException {
    watched(PODS, "10", events(event("ERROR", statusObject(410, "Expired", "too old resource"))));
    listedAgain();
  }

  @Test
  void aVersionThatIsGone_asAnAnswer_isListedAgain() throws InterruptedException {
    watched(PODS, "10", status(410, "Expired", "too old resource version"));
    listedAgain();
  }

  private void listedAgain() throws InterruptedException {
    server.stubFor(
        podList()
            .inScenario("lists")
            .whenScenarioStateIs("Started")
            .willReturn(list("PodList", "10", List.of()))
            .willSetStateTo("again"));
    server.stubFor(
        podList()
            .inScenario("lists")
            .whenScenarioStateIs("again")
            .willReturn(list("PodList", "30", List.of(pod(ID, 1, "29", running())))));
    watch();
    assertEquals(Phase.RUNNING, nextButPending().phase());
  }

  @Test
  void aClusterThatIsAwayForAWhile_isAskedAgain() throws InterruptedException {
    ResponseDefinitionBuilder[] failures = {
      status(500, "InternalError", "x"),
      aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER),
      status(429, "TooManyRequests", "x"),
      aResponse().withBody("<html>"),
      status(403, "Forbidden", "x")
    };
    String state = "Started";
    for (ResponseDefinitionBuilder failure : failures) {
      String after = state + "+";
      server.stubFor(
          podList()
              .inScenario("away")
              .whenScenarioStateIs(state)
              .willReturn(failure)
              .willSetStateTo(after));
      state = after;
    }
    server.stubFor(
        podList()
            .inScenario("away")
            .whenScenarioStateIs(state)
            .willReturn(list("PodList", "10", List.of(pod(ID, 1, "9", running())))));
    watch();
    assertNext(Phase.RUNNING, null);
  }
}
