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

  /** Checks the limit. */
  public TaskQuery {
    Query.checkLimit(limit);
  }

  /** Every task. */
  public static TaskQuery all() {
    return new TaskQuery(null, null, 0, null);
  }

  /** The same query for one type. */
  public TaskQuery type(@Nullable String taskType) {
    return new TaskQuery(taskType, taskStatus, limit, after);
  }

  /** The same query for one status. */
  public TaskQuery status(@Nullable String taskStatus) {
    return new TaskQuery(taskType, taskStatus, limit, after);
  }

  /** The same query with a limit. */
  public TaskQuery limit(int limit) {
    return new TaskQuery(taskType, taskStatus, limit, after);
  }

  /** The same query from a cursor on. */
  public TaskQuery after(@Nullable String after) {
    return new TaskQuery(taskType, taskStatus, limit, after);
  }
}
