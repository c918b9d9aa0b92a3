package io.modelsplitter.kubernetes;

import static com.github.tomakehurst.wiremock.client.WireMock.absent;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static io.modelsplitter.kubernetes.KubeCluster.EVENTS;
import static io.modelsplitter.kubernetes.KubeCluster.JOBS;
import static io.modelsplitter.kubernetes.KubeCluster.PODS;
import static io.modelsplitter.kubernetes.KubeCluster.event;
import static io.modelsplitter.kubernetes.KubeCluster.job;
import static io.modelsplitter.kubernetes.KubeCluster.list;
import static io.modelsplitter.kubernetes.KubeCluster.silence;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.MappingBuilder;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import io.modelsplitter.job.JobState;
import io.modelsplitter.job.JobState.Phase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** A cluster with one job, and a launcher that watches it. */
@Timeout(60)
abstract class KubernetesWatchFixture {
  static final String ID = "t1";

  final WireMockServer server = KubeCluster.start();
  final BlockingQueue<JobState> told = new LinkedBlockingQueue<>();
  final KubernetesJobLauncher launcher =
      new KubernetesJobLauncher(
          KubeCluster.client(server),
          JobSettings.builder().build(),
          new Backoff(Duration.ofMillis(2), Duration.ofMillis(20)));

  /** A job that has begun and has no pod yet; its watches are silent. */
  @BeforeEach
  void oneJob() {
    server.stubFor(jobList().willReturn(list("JobList", "10", List.of(job(ID, "9", false)))));
    server.stubFor(podList().willReturn(list("PodList", "10", List.of())));
    server.stubFor(
        get(urlPathEqualTo(EVENTS))
            .withQueryParam("watch", absent())
            .willReturn(list("EventList", "10", List.of())));
    server.stubFor(anyWatch(EVENTS).willReturn(silence()));
    server.stubFor(anyWatch(JOBS).willReturn(silence()));
    server.stubFor(anyWatch(PODS).willReturn(silence()));
  }

  @AfterEach
  void stop() {
    launcher.close();
    server.stop();
  }

  static MappingBuilder jobList() {
    return get(urlPathEqualTo(JOBS)).withQueryParam("watch", absent());
  }

  static MappingBuilder podList() {
    return get(urlPathEqualTo(PODS)).withQueryParam("watch", absent());
  }

  static MappingBuilder anyWatch(String path) {
    return get(urlPathEqualTo(path)).withQueryParam("watch", equalTo("true"));
  }

  final void watched(String path, String from, ResponseDefinitionBuilder answer) {
    server.stubFor(
        anyWatch(path)
            .withQueryParam("resourceVersion", equalTo(from))
            .withQueryParam("allowWatchBookmarks", equalTo("true"))
            .withQueryParam("labelSelector", equalTo(JobNames.SELECTOR))
            .willReturn(answer));
  }

  final void watch() {
    launcher.watch(
        (id, state) -> {
          assertEquals(ID, id);
          told.add(state);
        });
  }

  final JobState next() throws InterruptedException {
    JobState state = told.poll(20, TimeUnit.SECONDS);
    return assertNotNullState(state);
  }

  /** The first state that is told of a job that does not wait any more. */
  final JobState nextButPending() throws InterruptedException {
    JobState state = next();
    while (state.phase() == Phase.PENDING) {
      state = next();
    }
    return state;
  }

  private static JobState assertNotNullState(@Nullable JobState state) {
    assertNotNull(state);
    return Objects.requireNonNull(state);
  }

  final void assertNext(Phase phase, @Nullable String reason) throws InterruptedException {
    JobState state = next();
    assertEquals(phase, state.phase(), state::toString);
    assertEquals(reason, state.reason(), state::toString);
  }

  static Map<String, Object> changed(Map<String, Object> object) {
    return event("MODIFIED", object);
  }
}
