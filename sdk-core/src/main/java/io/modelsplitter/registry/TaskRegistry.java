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

  /**
   * Creates a task under a new id.
   *
   * @param task what is to be done
   * @return the task, pending, with its id
   */
  Task create(NewTask task);

  /**
   * Creates a task once, however often and from wherever it is asked for with the same key: of
   * calls at the same moment one creates it, and all are answered it. The key is free again when
   * the task is deleted.
   *
   * @param task what is to be done
   * @param idempotencyKey the caller's name for this create, see {@link IdempotencyKeys}
   * @return the task as it is now, and whether this call created it. Where the call goes over a
   *     network and its answer got lost, the client asks again, and is told that the task was there
   * @throws io.modelsplitter.error.BadInputException when it cannot be a key
   * @throws io.modelsplitter.error.ConflictException when the key was used for a task of another
   *     type, or with other data; it carries that task. The status and its data need not be the
   *     same
   */
  Registration<Task> create(NewTask task, String idempotencyKey);

  /**
   * {@return the task with this id}
   *
   * @param taskId the id of the task
   * @throws io.modelsplitter.error.NotFoundException when there is none
   */
  Task get(String taskId);

  /**
   * Changes the task with this id.
   *
   * @param taskId the id of the task
   * @param change what becomes of it
   * @return the task as it is now
   * @throws io.modelsplitter.error.NotFoundException when there is none
   * @throws io.modelsplitter.error.ConflictException when the task is final
   */
  Task update(String taskId, TaskChange change);

  /**
   * As {@link #update}, but changes a final task, too. Over HTTP only an admin may.
   *
   * @param taskId the id of the task
   * @param change what becomes of it
   * @return the task as it is now
   * @throws io.modelsplitter.error.NotFoundException when there is none
   */
  Task reopen(String taskId, TaskChange change);

  /**
   * Forgets the task with this id.
   *
   * @param taskId the id of the task
   * @throws io.modelsplitter.error.NotFoundException when there is none
   */
  void delete(String taskId);

  /**
   * Hands over the tasks that match, oldest first, without holding them all.
   *
   * @param query what must hold, in which order, how many at most, and from where on
   * @param action called for each, one after the other, by this thread
   * @return where to go on, when the query's limit cut the answer short
   */
  Optional<String> query(TaskQuery query, Consumer<? super Task> action);

  /**
   * {@return all tasks that match, oldest first}
   *
   * @param query what must hold, in which order, how many at most, and from where on
   */
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
   * @param query what must hold, in which order, how many at most, and from where on
   * @param action called for each, one after the other, by this thread
   * @return where to go on, when the query's limit cut the answer short
   */
  Optional<String> query(Query query, Consumer<? super Task> action);

  /**
   * {@return how the registry would answer the query: from an index, by matching records, by a
   * scan}
   *
   * @param query what must hold, in which order, how many at most, and from where on
   */
  Explanation explain(Query query);

  /**
   * {@return all tasks that match a filter, oldest first}
   *
   * @param filter what must hold
   */
  default List<Task> query(Filter filter) {
    List<Task> tasks = new ArrayList<>();
    query(Query.of(filter), tasks::add);
    return tasks;
  }
}
