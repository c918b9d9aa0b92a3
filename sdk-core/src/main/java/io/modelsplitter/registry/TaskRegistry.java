package io.modelsplitter.registry;

import io.modelsplitter.query.Filter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The task registry: what was asked for and how far it is.
 *
 * <p>A task that is complete or failed is final: the same final status again changes nothing, and
 * any other change is a {@link io.modelsplitter.error.ConflictException}. Updates are applied in
 * the order in which they arrive. Every method may throw {@link
 * io.modelsplitter.error.UnavailableException}. Implementations are thread-safe.
 */
public interface TaskRegistry {

  /** Creates a task under a new id. */
  Task create(NewTask task);

  /**
   * The task with this id.
   *
   * @throws io.modelsplitter.error.NotFoundException when there is none
   */
  Task get(String taskId);

  /**
   * Changes the task with this id.
   *
   * @return the task as it is now
   * @throws io.modelsplitter.error.NotFoundException when there is none
   * @throws io.modelsplitter.error.ConflictException when the task is final
   */
  Task update(String taskId, TaskChange change);

  /**
   * As {@link #update}, but changes a final task, too. Over HTTP only an admin may.
   *
   * @return the task as it is now
   * @throws io.modelsplitter.error.NotFoundException when there is none
   */
  Task reopen(String taskId, TaskChange change);

  /**
   * Forgets the task with this id.
   *
   * @throws io.modelsplitter.error.NotFoundException when there is none
   */
  void delete(String taskId);

  /**
   * Hands over the tasks that match, oldest first, without holding them all.
   *
   * @return where to go on, when the query's limit cut the answer short
   */
  Optional<String> query(TaskQuery query, Consumer<? super Task> action);

  /** All tasks that match, oldest first. */
  default List<Task> query(TaskQuery query) {
    List<Task> tasks = new ArrayList<>();
    query(query, tasks::add);
    return tasks;
  }

  /**
   * Hands over the tasks that match a filter, one by one and in the order of the query, without
   * holding them all. A filter sees each task as {@link Task#toMap} has it; one that names a status
   * finds it in either spelling.
   *
   * @return where to go on, when the query's limit cut the answer short
   */
  Optional<String> query(Query query, Consumer<? super Task> action);

  /** How the registry would answer the query: from an index, by matching records, by a scan. */
  Explanation explain(Query query);

  /** All tasks that match a filter, oldest first. */
  default List<Task> query(Filter filter) {
    List<Task> tasks = new ArrayList<>();
    query(Query.of(filter), tasks::add);
    return tasks;
  }
}
