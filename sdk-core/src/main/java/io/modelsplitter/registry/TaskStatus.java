package io.modelsplitter.registry;

import io.modelsplitter.json.Json;
import io.modelsplitter.query.Condition;
import io.modelsplitter.query.Filter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

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

  /**
   * {@return every spelling that means the same as this one}
   *
   * @param status a status in any spelling
   */
  public static List<String> spellings(String status) {
    return isComplete(status) ? List.of(COMPLETE, COMPLETED) : List.of(status);
  }

  /**
   * {@return the query with either spelling in the place of each one that it asks for}
   *
   * @param query what must hold, in which order, how many at most, and from where on
   */
  public static Query anySpelling(Query query) {
    Filter filter =
        query
            .filter()
            .mapFields(
                field ->
                    field.path().equals("task_status")
                        ? new Filter.Field(field.path(), anySpelling(field.condition()))
                        : field);
    return new Query(filter, query.sort(), query.limit(), query.after());
  }

  private static Condition anySpelling(Condition condition) {
    if (condition instanceof Condition.Equal equal && equal.value() instanceof String status) {
      List<String> spellings = spellings(status);
      return spellings.size() == 1 ? condition : new Condition.In(new ArrayList<>(spellings));
    }
    if (condition instanceof Condition.In in) {
      List<@Nullable Object> values = new ArrayList<>();
      for (Object value : in.values()) {
        if (value instanceof String status) {
          values.addAll(spellings(status));
        } else {
          values.add(value);
        }
      }
      return new Condition.In(values);
    }
    if (condition instanceof Condition.All all) {
      // A status is one value, so all of several are met where they all mean the same.
      List<Condition> each = all.conditions().stream().map(TaskStatus::anySpelling).toList();
      return each.stream().distinct().count() == 1 ? each.get(0) : condition;
    }
    return condition instanceof Condition.Not not
        ? new Condition.Not(not.conditions().stream().map(TaskStatus::anySpelling).toList())
        : condition;
  }

  /**
   * {@return whether two spellings mean the same}
   *
   * @param a a status in any spelling
   * @param b another one
   */
  public static boolean same(String a, String b) {
    return spellings(a).contains(b);
  }

  /**
   * {@return whether a task with this status is over}
   *
   * @param status a status in any spelling
   */
  public static boolean isFinal(String status) {
    return isComplete(status) || status.equals(FAILED);
  }

  /**
   * {@return whether a task with this status has a result}
   *
   * @param status a status in any spelling
   */
  public static boolean isComplete(String status) {
    return status.equals(COMPLETE) || status.equals(COMPLETED);
  }

  static void check(String status, FieldErrors errors) {
    if (!ALL.contains(status)) {
      errors.add("task_status must be one of " + ALL + ", not " + Json.show(status));
    }
  }
}
