package io.modelsplitter.kubernetes;

import io.modelsplitter.error.Problems;
import io.modelsplitter.job.JobState;
import io.modelsplitter.job.JobState.Phase;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What matters of a Job.
 *
 * @param end the phase that it ended with, or null
 * @param reason the cluster's for that
 */
record JobView(
    String name,
    String uid,
    String taskId,
    boolean suspended,
    boolean deleting,
    @Nullable Phase end,
    @Nullable String reason,
    @Nullable String message) {

  static JobView of(Map<String, Object> job) {
    Map<String, Object> complete = Fields.condition(job, "Complete", "True");
    Map<String, Object> failed = Fields.condition(job, "Failed", "True");
    String message = failed == null ? null : Fields.text(failed, "message");
    String name = String.valueOf(Fields.text(job, "metadata", "name"));
    String taskId = Fields.text(job, "metadata", "annotations", JobNames.TASK);
    return new JobView(
        name,
        String.valueOf(Fields.text(job, "metadata", "uid")),
        taskId == null ? "" : taskId,
        Boolean.TRUE.equals(Fields.at(job, "spec", "suspend")),
        Fields.at(job, "metadata", "deletionTimestamp") != null,
        complete != null ? Phase.SUCCEEDED : failed != null ? Phase.FAILED : null,
        failed == null ? null : Fields.text(failed, "reason"),
        message == null ? null : Problems.oneLine(message));
  }

  /** How far the job is, from itself and the pods and warnings of which some may be its own. */
  JobState state(Collection<PodView> pods, Collection<Warning> warnings) {
    List<PodView> own =
        pods.stream()
            .filter(pod -> pod.jobUid().equals(uid))
            .sorted(Comparator.comparing(PodView::created).thenComparing(PodView::name))
            .toList();
    List<JobState.Pod> attempts = own.stream().map(PodView::toPod).toList();
    PodView last = own.isEmpty() ? null : own.get(own.size() - 1);
    if (end == Phase.SUCCEEDED) {
      return new JobState(Phase.SUCCEEDED, null, null, attempts);
    }
    if (end == Phase.FAILED) {
      return failed(last, attempts);
    }
    if (suspended) {
      return new JobState(
          Phase.PENDING,
          JobState.SUSPENDED,
          "its launch has not finished, or was broken off",
          attempts);
    }
    if (last == null) {
      JobState waiting = new JobState(Phase.PENDING, null, null, attempts);
      return Warning.explain(waiting, uid, warnings);
    }
    // After an attempt there is another one, or the Job will say how it ended.
    Phase phase =
        last.phase() == Phase.FAILED
            ? Phase.PENDING
            : last.phase() == Phase.SUCCEEDED ? Phase.RUNNING : last.phase();
    JobState running = new JobState(phase, last.reason(), last.message(), attempts);
    return Warning.explain(running, last.uid(), warnings);
  }

  /** Of a Job that ran out of attempts, the last attempt tells why. */
  private JobState failed(@Nullable PodView last, List<JobState.Pod> attempts) {
    boolean byAttempts = "BackoffLimitExceeded".equals(reason) || "PodFailurePolicy".equals(reason);
    if (last == null || last.reason() == null || (byAttempts && last.phase() != Phase.FAILED)) {
      return new JobState(Phase.FAILED, reason, message, attempts);
    }
    if (byAttempts) {
      return new JobState(Phase.FAILED, last.reason(), last.message(), attempts);
    }
    String before = last.reason() + (last.message() == null ? "" : " (" + last.message() + ")");
    String all = (message == null ? "" : message + "; ") + "its last attempt: " + before;
    return new JobState(Phase.FAILED, reason, all, attempts);
  }
}
