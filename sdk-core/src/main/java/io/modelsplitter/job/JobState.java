package io.modelsplitter.job;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How far a job is.
 *
 * @param phase where in its life it is
 * @param reason one word for why, where there is something to say: {@code ImagePullBackOff}, {@code
 *     OOMKilled}, {@code DeadlineExceeded}, {@code Cancelled}, or what {@link #reasonOf} says
 * @param message what a person can act on, or null
 * @param pods the attempts, oldest first
 */
public record JobState(
    Phase phase, @Nullable String reason, @Nullable String message, List<Pod> pods) {

  private static final int KILLED = 128 + 9;

  /** The reason of a job whose launch is not finished. */
  public static final String SUSPENDED = "Suspended";

  /**
   * {@return the reason of an attempt that ended by itself, as every launcher gives it} For {@value
   * JobSpec#EXIT_BAD_INPUT} it is {@code BadInput}, for a process that signal 9 ended {@code
   * Killed}, for any other code {@code Error}.
   *
   * @param exitCode other than 0; 128 and the signal for a process that one ended
   */
  public static String reasonOf(int exitCode) {
    return switch (exitCode) {
      case JobSpec.EXIT_BAD_INPUT -> "BadInput";
      case KILLED -> "Killed";
      default -> "Error";
    };
  }

  /** Where in its life a job is. */
  public enum Phase {
    /** Nothing runs yet. */
    PENDING,
    /** It works. */
    RUNNING,
    /** It ended, and says that it did what it was to do. */
    SUCCEEDED,
    /** It ended, and no attempt is left. */
    FAILED;

    /** {@return whether it is over} */
    public boolean isFinal() {
      return this == SUCCEEDED || this == FAILED;
    }
  }

  /**
   * One attempt.
   *
   * @param name of the pod, or what stands for one
   * @param phase where in its life it is
   * @param reason as of the job, or null
   * @param exitCode of its container, or null where it has not ended
   */
  public record Pod(String name, Phase phase, @Nullable String reason, @Nullable Integer exitCode) {

    Map<String, Object> toMap() {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("name", name);
      map.put("phase", wire(phase));
      put(map, "reason", reason);
      put(map, "exit_code", exitCode);
      return map;
    }
  }

  /**
   * Copies the pods.
   *
   * @param phase see {@link #phase}
   * @param reason see {@link #reason}
   * @param message see {@link #message}
   * @param pods see {@link #pods}
   */
  public JobState {
    pods = List.copyOf(pods);
  }

  /** {@return the same as it goes over the wire} */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("phase", wire(phase));
    put(map, "reason", reason);
    put(map, "message", message);
    List<Map<String, Object>> all = new ArrayList<>();
    pods.forEach(pod -> all.add(pod.toMap()));
    map.put("pods", all);
    return map;
  }

  /** Reads what {@link #toMap} wrote. */
  static JobState fromMap(Map<String, ?> map) {
    List<Pod> pods = new ArrayList<>();
    if (map.get("pods") instanceof List<?> list) {
      for (Object pod : list) {
        Map<?, ?> fields = (Map<?, ?>) pod;
        pods.add(
            new Pod(
                String.valueOf(fields.get("name")),
                phase(fields.get("phase")),
                (String) fields.get("reason"),
                (Integer) fields.get("exit_code")));
      }
    }
    return new JobState(
        phase(map.get("phase")), (String) map.get("reason"), (String) map.get("message"), pods);
  }

  private static Phase phase(@Nullable Object wire) {
    return Phase.valueOf(String.valueOf(wire).toUpperCase(Locale.ROOT));
  }

  private static String wire(Phase phase) {
    return phase.name().charAt(0) + phase.name().substring(1).toLowerCase(Locale.ROOT);
  }

  private static void put(Map<String, Object> map, String name, @Nullable Object value) {
    if (value != null) {
      map.put(name, value);
    }
  }
}
