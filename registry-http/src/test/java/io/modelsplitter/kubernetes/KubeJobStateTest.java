package io.modelsplitter.kubernetes;

import static io.modelsplitter.kubernetes.KubeCluster.condition;
import static io.modelsplitter.kubernetes.KubeCluster.job;
import static io.modelsplitter.kubernetes.KubeCluster.map;
import static io.modelsplitter.kubernetes.KubeCluster.pod;
import static io.modelsplitter.kubernetes.KubeCluster.running;
import static io.modelsplitter.kubernetes.KubeCluster.terminated;
import static io.modelsplitter.kubernetes.KubeCluster.waiting;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.job.JobState;
import io.modelsplitter.job.JobState.Phase;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How a cluster's objects are read. */
class KubeJobStateTest {
  private static final Map<String, Object> JOB = job("t", "1", false);

  private static JobState state(Map<String, Object> job, Object... statuses) {
    int[] attempt = {0};
    List<PodView> pods =
        Stream.of(statuses).map(it -> PodView.of(pod("t", ++attempt[0], "1", object(it)))).toList();
    return JobView.of(job).state(pods, List.of());
  }

  @SuppressWarnings("unchecked") // they are what is given here
  private static Map<String, Object> object(Object status) {
    return (Map<String, Object>) status;
  }

  private static void assertState(
      JobState state, Phase phase, @Nullable String reason, @Nullable String message) {
    assertEquals(phase, state.phase(), state::toString);
    assertEquals(reason, state.reason(), state::toString);
    assertEquals(message, state.message(), state::toString);
  }

  private static Map<String, Object> failed(String reason, String message) {
    return job("t", "1", false, condition("Failed", "True", reason, message));
  }

  @Test
  void pending_isOneWithoutPods() {
    assertState(state(JOB), Phase.PENDING, null, null);
    assertState(state(JOB, map("phase", "Pending")), Phase.PENDING, null, null);
    assertState(state(JOB, waiting("PodInitializing", "")), Phase.PENDING, null, null);
  }

  @Test
  void suspended_isAsItSays() {
    assertEquals("Suspended", state(job("t", "1", true)).reason());
  }

  @Test
  void waiting_saysForWhat() {
    assertState(
        state(JOB, waiting("CreateContainerConfigError", "secret \"layer-store\" not found")),
        Phase.PENDING,
        "CreateContainerConfigError",
        "secret \"layer-store\" not found");
    assertState(
        state(JOB, waiting("InvalidImageName", "no")),
        Phase.PENDING,
        "InvalidImageName",
        "image registry.example/splitter:1: no");
  }

  @Test
  void unschedulable_saysWhy() {
    Map<String, Object> status =
        map(
            "phase",
            "Pending",
            "conditions",
            List.of(condition("PodScheduled", "False", "Unschedulable", "0/3 nodes fit")));
    assertState(state(JOB, status), Phase.PENDING, "Unschedulable", "0/3 nodes fit");
  }

  @Test
  void evicted_saysWhy() {
    Map<String, Object> status =
        map("phase", "Failed", "reason", "Evicted", "message", "low on ephemeral-storage");
    assertState(state(JOB, status), Phase.PENDING, "Evicted", "low on ephemeral-storage");
  }

  @Test
  void disrupted_saysWhy() {
    Map<String, Object> status = terminated(143, "Error", "");
    status.put(
        "conditions",
        List.of(condition("DisruptionTarget", "True", "EvictionByEvictionAPI", "drained")));
    assertState(state(JOB, status), Phase.PENDING, "EvictionByEvictionAPI", "drained");
  }

  @Test
  void nextAttempt_isTheOneThatCounts() {
    JobState state = state(JOB, terminated(1, "Error", "x"), running());
    assertState(state, Phase.RUNNING, null, null);
    assertEquals(
        List.of(Phase.FAILED, Phase.RUNNING), state.pods().stream().map(it -> it.phase()).toList());
    assertEquals(1, state.pods().get(0).exitCode());
  }

  @Test
  void badInput_endsWithWhatTheContainerSaid() {
    assertState(
        state(
            failed("PodFailurePolicy", "Container split for pod x failed with exit code 64"),
            terminated(64, "Error", "model splitter failed in begin: no such model\n")),
        Phase.FAILED,
        "BadInput",
        "the container ended with 64: model splitter failed in begin: no such model");
  }

  @Test
  void end_withoutAMessageOfTheJob_isThatOfItsLastAttempt() {
    Map<String, Object> failed = failed("DeadlineExceeded", "");
    Fields.objects(failed, "status", "conditions").forEach(it -> it.remove("message"));
    assertState(
        state(failed, terminated(137, "Error", "")),
        Phase.FAILED,
        "DeadlineExceeded",
        "its last attempt: Killed (the container ended with 137)");
  }

  @Test
  void outOfMemory_inTheLastAttempt_isTheReason() {
    JobState state =
        state(
            failed("BackoffLimitExceeded", "Job has reached the specified backoff limit"),
            terminated(1, "Error", "x"),
            terminated(137, "OOMKilled", ""));
    assertEquals("OOMKilled", state.reason());
    assertTrue(String.valueOf(state.message()).contains("limit"), state::toString);
  }

  @Test
  void deadline_isTheReason_withWhatWasWaitedFor() {
    assertState(
        state(failed("DeadlineExceeded", "longer than"), waiting("ImagePullBackOff", "no")),
        Phase.FAILED,
        "DeadlineExceeded",
        "longer than; its last attempt: ImagePullBackOff (image registry.example/splitter:1: no)");
  }

  @Test
  void failedWithoutPods_saysWhatTheClusterSays() {
    assertState(
        state(failed("BackoffLimitExceeded", "limit")),
        Phase.FAILED,
        "BackoffLimitExceeded",
        "limit");
  }

  @Test
  void podsOfAnotherJobOfTheTask_areNotCounted() {
    Map<String, Object> before = pod("t", 1, "1", terminated(1, "Error", "x"));
    Map<String, Object> job = job("t", "2", false);
    object(Objects.requireNonNull(job.get("metadata"))).put("uid", "another");
    assertEquals(List.of(), JobView.of(job).state(List.of(PodView.of(before)), List.of()).pods());
  }
}
