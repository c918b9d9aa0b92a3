package io.modelsplitter.job;

import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Where split jobs run. A job is known by its task's id from the moment it is launched, also after
 * this process was started again, until it is cancelled or forgotten after its end. Thread-safe;
 * every method may throw {@link io.modelsplitter.error.UnavailableException}.
 */
public interface JobLauncher extends AutoCloseable {

  /**
   * Tells this place from others that share a task registry; the same after a restart.
   *
   * @return the name
   */
  String name();

  /**
   * Launches a job; answers when it is certain to run, or leaves nothing behind.
   *
   * @param job what to launch
   * @throws io.modelsplitter.error.BadInputException when it can never run: an image that is not
   *     allowed, a size that is none
   */
  void launch(JobSpec job);

  /**
   * Watches the jobs from now on: hands over the state of each at once, and whenever it changes.
   * Calls come one after the other for one job. To be called once.
   *
   * @param listener takes a task's id and the state of its job; what it throws is logged
   */
  void watch(BiConsumer<String, JobState> listener);

  /** {@return the jobs that are here, by their tasks' ids} */
  Map<String, JobState> jobs();

  /**
   * {@return how far the job of a task is}
   *
   * @param taskId the id of the task
   * @throws io.modelsplitter.error.NotFoundException when there is none
   */
  JobState state(String taskId);

  /**
   * {@return the end of what the last attempt said}
   *
   * @param taskId the id of the task
   * @param maxBytes how much of it at most
   * @throws io.modelsplitter.error.NotFoundException when there is none
   */
  String logs(String taskId, int maxBytes);

  /**
   * Stops a job and forgets it, with all that belongs to it. One that is not there is fine.
   *
   * @param taskId the id of the task
   */
  void cancel(String taskId);

  /** Ends the watching; jobs in a cluster go on, jobs of this machine end. */
  @Override
  void close();
}
