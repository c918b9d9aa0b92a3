package io.modelsplitter.registry;

import io.modelsplitter.json.Json;
import java.util.List;

/**
 * The statuses of a task: {@code pending}, {@code in_progress}, {@code complete}, {@code failed}.
 * The field also spells {@code completed}, which is stored as sent and means {@link #COMPLETE}.
 */
public final class TaskStatus {
  /** Created, and nobody has begun. */
  public static final String PENDING = "pending";

  /** Somebody works on it. */
  public static final String IN_PROGRESS = "in_progress";

  /** Done; {@code task_status_data} is the result. */
  public static final String COMPLETE = "complete";

  /** The other spelling of {@link #COMPLETE}. */
  public static final String COMPLETED = "completed";

  /** Given up; {@code task_status_data} says why in {@code error}. */
  public static final String FAILED = "failed";

  private static final List<String> ALL =
      List.of(PENDING, IN_PROGRESS, COMPLETE, COMPLETED, FAILED);

  private TaskStatus() {}

  /** Every spelling that means the same as this one. */
  public static List<String> spellings(String status) {
    return isComplete(status) ? List.of(COMPLETE, COMPLETED) : List.of(status);
  }

  /** Whether two spellings mean the same. */
  public static boolean same(String a, String b) {
    return spellings(a).contains(b);
  }

  /** Whether a task with this status is over. */
  public static boolean isFinal(String status) {
    return isComplete(status) || status.equals(FAILED);
  }

  /** Whether a task with this status has a result. */
  public static boolean isComplete(String status) {
    return status.equals(COMPLETE) || status.equals(COMPLETED);
  }

  static void check(String status, FieldErrors errors) {
    if (!ALL.contains(status)) {
      errors.add("task_status must be one of " + ALL + ", not " + Json.show(status));
    }
  }
}
