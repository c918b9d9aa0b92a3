package io.modelsplitter.kubernetes;

import io.modelsplitter.error.Problems;
import io.modelsplitter.job.JobState;
import io.modelsplitter.job.JobState.Phase;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What matters of a pod: one attempt.
 *
 * @param jobUid the Job that it belongs to
 * @param created when, as the cluster writes it, which sorts as text
 */
record PodView(
    String name,
    String uid,
    String jobUid,
    String created,
    Phase phase,
    @Nullable String reason,
    @Nullable String message,
    @Nullable Integer exitCode) {

  /** Waiting for these is the way of things. */
  private static final Set<String> NORMAL = Set.of("ContainerCreating", "PodInitializing");

  static PodView of(Map<String, Object> pod) {
    Found found = find(pod);
    return new PodView(
        orEmpty(Fields.text(pod, "metadata", "name")),
        orEmpty(Fields.text(pod, "metadata", "uid")),
        owner(pod),
        orEmpty(Fields.text(pod, "metadata", "creationTimestamp")),
        phase(orEmpty(Fields.text(pod, "status", "phase"))),
        found.reason,
        found.message == null ? null : Problems.oneLine(found.message),
        found.exitCode);
  }

  JobState.Pod toPod() {
    return new JobState.Pod(name, phase, reason, exitCode);
  }

  private static String owner(Map<String, Object> pod) {
    for (Map<String, Object> owner : Fields.objects(pod, "metadata", "ownerReferences")) {
      if ("Job".equals(owner.get("kind")) && owner.get("uid") instanceof String uid) {
        return uid;
      }
    }
    return "";
  }

  private static Phase phase(String phase) {
    return switch (phase) {
      case "Running" -> Phase.RUNNING;
      case "Succeeded" -> Phase.SUCCEEDED;
      case "Failed" -> Phase.FAILED;
      default -> Phase.PENDING; // and Unknown, which only lost nodes had
    };
  }

  private record Found(
      @Nullable String reason, @Nullable String message, @Nullable Integer exitCode) {}

  /** The most telling of what the pod, its container and its scheduling say. */
  private static Found find(Map<String, Object> pod) {
    Map<String, Object> container = container(pod);
    Integer exitCode = Fields.number(container, "state", "terminated", "exitCode");
    String ofPod = Fields.text(pod, "status", "reason"); // Evicted, DeadlineExceeded, NodeLost
    if (ofPod != null) {
      return new Found(ofPod, Fields.text(pod, "status", "message"), exitCode);
    }
    if (exitCode != null && exitCode != 0) {
      return ended(container, exitCode, Fields.condition(pod, "DisruptionTarget", "True"));
    }
    String waiting = Fields.text(container, "state", "waiting", "reason");
    if (waiting != null && !NORMAL.contains(waiting)) {
      return new Found(
          waiting,
          withImage(waiting, container, Fields.text(container, "state", "waiting", "message")),
          null);
    }
    Map<String, Object> unscheduled = Fields.condition(pod, "PodScheduled", "False");
    if (unscheduled != null) {
      return new Found(
          Fields.text(unscheduled, "reason"), Fields.text(unscheduled, "message"), null);
    }
    return new Found(null, null, exitCode);
  }

  private static Found ended(
      Map<String, Object> container, int exitCode, @Nullable Map<String, Object> disruption) {
    String reason = Fields.text(container, "state", "terminated", "reason");
    String said = Fields.text(container, "state", "terminated", "message");
    if ("OOMKilled".equals(reason)) {
      return new Found(
          reason, "it used more memory than its limit; the job needs a higher one", exitCode);
    }
    if (disruption != null) {
      return new Found(
          Fields.text(disruption, "reason"), Fields.text(disruption, "message"), exitCode);
    }
    boolean own = reason == null || reason.equals("Error");
    String message = said == null || said.isBlank() ? "" : ": " + said.strip();
    return new Found(
        own ? JobState.reasonOf(exitCode) : reason,
        "the container ended with " + exitCode + message,
        exitCode);
  }

  private static @Nullable String withImage(
      String reason, Map<String, Object> container, @Nullable String message) {
    String image = Fields.text(container, "image");
    if (image == null
        || !reason.contains("Image")
        || (message != null && message.contains(image))) {
      return message;
    }
    return "image " + image + (message == null ? "" : ": " + message);
  }

  private static Map<String, Object> container(Map<String, Object> pod) {
    List<Map<String, Object>> all = Fields.objects(pod, "status", "containerStatuses");
    for (Map<String, Object> container : all) {
      if (JobManifests.CONTAINER.equals(container.get("name"))) {
        return container; // others are sidecars that the cluster put in
      }
    }
    return Map.of();
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }
}
