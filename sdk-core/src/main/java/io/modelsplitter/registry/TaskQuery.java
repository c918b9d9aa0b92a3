package io.modelsplitter.registry;

import org.jspecify.annotations.Nullable;

/**
 * Which tasks, oldest first.
 *
 * @param taskType of this type, or null for any
 * @param taskStatus with this status in either spelling, or null for any
 * @param limit how many at most, up to {@link Query#MAX_LIMIT}; 0 for all
 * @param after where to go on: a cursor that the same query returned, or null for the beginning
 */
public record TaskQuery(
    @Nullable String taskType, @Nullable String taskStatus, int limit, @Nullable String after) {

  /**
   * Checks the limit.
   *
   * @param taskType see {@link #taskType}
   * @param taskStatus see {@link #taskStatus}
   * @param limit see {@link #limit}
   * @param after see {@link #after}
   */
  public TaskQuery {
    Query.checkLimit(limit);
  }

  /** {@return a query for every task} */
  public static TaskQuery all() {
    return new TaskQuery(null, null, 0, null);
  }

  /**
   * {@return the same query for one type}
   *
   * @param taskType null asks for any
   */
  public TaskQuery type(@Nullable String taskType) {
    return new TaskQuery(taskType, taskStatus, limit, after);
  }

  /**
   * {@return the same query for one status}
   *
   * @param taskStatus in either spelling; null asks for any
   */
  public TaskQuery status(@Nullable String taskStatus) {
    return new TaskQuery(taskType, taskStatus, limit, after);
  }

  /**
   * {@return the same query with a limit}
   *
   * @param limit at most so many, up to 10,000; 0 for all
   */
  public TaskQuery limit(int limit) {
    return new TaskQuery(taskType, taskStatus, limit, after);
  }

  /**
   * {@return the same query from a cursor on}
   *
   * @param after where an earlier answer said to go on, or null for the beginning
   */
  public TaskQuery after(@Nullable String after) {
    return new TaskQuery(taskType, taskStatus, limit, after);
  }
}
