package io.modelsplitter.kubernetes;

import io.modelsplitter.error.UpstreamException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** Waits until a runner is ready, and says why it is not. */
record Rollout(RunnerObjects objects, String runnerId, Duration most, Backoff backoff) {

  /** Answers when a pod of it is ready. */
  void await() throws ApiFailure {
    long end = System.nanoTime() + most.toNanos();
    for (int looks = 1; ; looks++) {
      Map<String, Object> deployment = objects.deployment(runnerId);
      if (isReady(deployment)) {
        return;
      }
      Map<String, Object> failed = Fields.condition(deployment, "Progressing", "False");
      if (failed != null || System.nanoTime() - end > 0) {
        throw new UpstreamException(
            "the split runner did not become ready within "
                + most.toSeconds()
                + " seconds"
                + reason(failed),
            null);
      }
      pause(looks);
    }
  }

  private static boolean isReady(Map<String, Object> deployment) {
    Integer seen = Fields.number(deployment, "status", "observedGeneration");
    Integer wanted = Fields.number(deployment, "metadata", "generation");
    Integer updated = Fields.number(deployment, "status", "updatedReplicas");
    Integer available = Fields.number(deployment, "status", "availableReplicas");
    boolean isSeen = wanted == null || (seen != null && seen >= wanted);
    return isSeen && updated != null && updated >= 1 && available != null && available >= 1;
  }

  /** The pods say more than the Deployment does. */
  private String reason(@Nullable Map<String, Object> failed) {
    for (Map<String, Object> pod : pods()) {
      List<Map<String, Object>> containers = Fields.objects(pod, "status", "containerStatuses");
      for (Map<String, Object> container : containers) {
        String reason = Fields.text(container, "state", "waiting", "reason");
        if (reason != null) {
          return said(reason, Fields.text(container, "state", "waiting", "message"));
        }
      }
      Map<String, Object> unscheduled = Fields.condition(pod, "PodScheduled", "False");
      if (unscheduled != null) {
        return said(
            String.valueOf(Fields.text(unscheduled, "reason")),
            Fields.text(unscheduled, "message"));
      }
    }
    return failed == null
        ? ""
        : said(String.valueOf(Fields.text(failed, "reason")), Fields.text(failed, "message"));
  }

  private List<Map<String, Object>> pods() {
    try {
      return objects.pods(runnerId);
    } catch (ApiFailure e) {
      return List.of(); // who may deploy may not be let see pods
    }
  }

  private String said(String reason, @Nullable String message) {
    return ": " + objects.oneLine(message == null ? reason : reason + ": " + message);
  }

  private void pause(int looks) {
    try {
      backoff.await(looks, new CountDownLatch(1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UpstreamException("interrupted while the split runner was deployed", null);
    }
  }
}
