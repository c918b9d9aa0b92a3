package io.modelsplitter;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.ModelSplitterException;
import io.modelsplitter.error.Problems;
import io.modelsplitter.job.JobSpec;
import io.modelsplitter.registry.TaskRegistry;
import io.modelsplitter.registry.client.TaskClient;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;

/**
 * Runs a splitter's phases and reports its task, in a process that can be killed at any moment and
 * on a network that fails.
 *
 * <p>The task is {@code in_progress} with {@code {"phase", "progress", "message", "attempt"}} while
 * the phases run, then {@code complete} with the last phase's data. Reports are repeated; a result
 * that cannot be delivered stays in the work folder, from where the next attempt delivers it, and
 * goes to the termination log. An attempt that fails while {@code TASK_ATTEMPTS_LEFT} says that
 * there are others leaves the task {@code in_progress}, with {@code last_error}; the last one, and
 * one whose input is wrong, fails it with {@code {"error": …}}.
 *
 * <p>An attempt with the {@code TASK_ID} and the work folder of an earlier one goes on where that
 * one was stopped. On SIGTERM the phase is interrupted, and the task told.
 */
public final class ModelSplitterExecutor {

  /** The task is complete. */
  public static final int EXIT_COMPLETE = 0;

  /** The splitter failed, by its own account or unexpectedly; another attempt may help. */
  public static final int EXIT_FAILED = 1;

  /**
   * The environment or the input is wrong, or there is no such task; another attempt would not
   * help.
   */
  public static final int EXIT_BAD_INPUT = JobSpec.EXIT_BAD_INPUT;

  /**
   * Something that comes and goes was away: a server, the disk, the task registry when the result
   * was there. Another attempt goes on.
   */
  public static final int EXIT_TRANSIENT = 75;

  /** The attempt was told to end, as a process that SIGTERM ends. */
  public static final int EXIT_TERMINATED = 143;

  private static final Duration BAD_ENVIRONMENT_DEADLINE = Duration.ofSeconds(20);

  private ModelSplitterExecutor() {}

  /**
   * Runs a splitter in the environment of this process, and ends the process with one of the exit
   * codes above; other than at {@link #EXIT_COMPLETE} after one line on standard error.
   *
   * @param splitter makes the splitter, normally its constructor
   */
  public static void execute(Function<Context, ? extends ModelSplitter> splitter) {
    System.exit(run(System.getenv(), splitter));
  }

  /**
   * As {@link #execute}, in this environment, and without ending the process.
   *
   * @param environment the variables by their names, as {@link System#getenv()} gives them
   * @param splitter makes the splitter of this attempt
   * @return the exit code
   */
  public static int run(
      Map<String, String> environment, Function<Context, ? extends ModelSplitter> splitter) {
    Attempt attempt;
    try {
      Context context = Context.from(environment);
      TaskRegistry tasks = TaskClient.from(environment);
      attempt = new Attempt(context, tasks, AttemptSettings.from(environment));
    } catch (BadInputException e) {
      reportBadEnvironment(environment, e);
      return EXIT_BAD_INPUT;
    }
    Termination termination = Termination.endsAttempt(attempt);
    try {
      return attempt.run(splitter);
    } finally {
      termination.close();
    }
  }

  /** Where the variables that name the task can be read, it is told what is wrong with the rest. */
  private static void reportBadEnvironment(Map<String, String> environment, BadInputException e) {
    String error = Problems.describe(e);
    System.err.println("model splitter failed: " + error);
    ContextReader reader = new ContextReader(environment);
    String taskId = reader.taskId();
    reader.taskStatusUpdateUrl();
    if (reader.hasProblems()) {
      return; // there is no task to tell
    }
    try {
      TaskReporter.reportFailure(
          TaskClient.from(environment), taskId, error, BAD_ENVIRONMENT_DEADLINE);
    } catch (ModelSplitterException unreported) {
      System.err.println("the task cannot be told: " + unreported.getMessage());
    }
  }
}
