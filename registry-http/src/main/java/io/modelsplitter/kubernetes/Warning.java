package io.modelsplitter.kubernetes;

import io.modelsplitter.error.Problems;
import io.modelsplitter.job.JobState;
import io.modelsplitter.job.JobState.Phase;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the cluster complains of in an event: a pod that it may not make (a quota, the level of Pod
 * Security), a volume that it cannot mount. The objects themselves do not say it.
 *
 * @param name of the event
 * @param uid of the Job or the pod that it is about
 * @param time as the cluster writes it, which sorts as text
 */
record Warning(String name, String uid, String reason, String message, String time) {

  /** Selects the events that are warnings. */
  static final String SELECTOR = "type=Warning";

  static Warning of(Map<String, Object> event) {
    String time = Fields.text(event, "lastTimestamp");
    return new Warning(
        orEmpty(Fields.text(event, "metadata", "name")),
        orEmpty(Fields.text(event, "involvedObject", "uid")),
        orEmpty(Fields.text(event, "reason")),
        Problems.oneLine(orEmpty(Fields.text(event, "message"))),
        time == null ? orEmpty(Fields.text(event, "metadata", "creationTimestamp")) : time);
  }

  /** The state, with the last warning where it waits and does not say for what. */
  static JobState explain(JobState state, String uid, Collection<Warning> warnings) {
    if (state.phase() != Phase.PENDING || state.reason() != null) {
      return state;
    }
    return warnings.stream()
        .filter(warning -> warning.uid.equals(uid))
        .max(Comparator.comparing(Warning::time))
        .map(last -> new JobState(state.phase(), last.reason, last.message, state.pods()))
        .orElse(state);
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }
}
