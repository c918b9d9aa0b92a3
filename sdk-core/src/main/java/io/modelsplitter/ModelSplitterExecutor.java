package io.modelsplitter;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.ModelSplitterException;
import io.modelsplitter.error.Problems;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.registry.TaskChange;
import io.modelsplitter.registry.TaskRegistry;
import io.modelsplitter.registry.TaskStatus;
import io.modelsplitter.registry.client.TaskClient;
import java.io.IOException;
import java.util.Map;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a splitter's phases and reports its task: {@code in_progress} with {@code {"phase": …}} as
 * each phase begins, then {@code complete} with the last phase's data, or {@code failed} with
 * {@code {"error": …}}.
 */
public final class ModelSplitterExecutor {

  /** The task is complete. */
  public static final int EXIT_COMPLETE = 0;

  /** The splitter failed, or its result could not be reported. */
  public static final int EXIT_FAILED = 1;

  /** The environment or the input is wrong, and would be wrong again. */
  public static final int EXIT_BAD_INPUT = 64;

  private static final Logger log = LoggerFactory.getLogger(ModelSplitterExecutor.class);

  private final Context context;
  private final TaskRegistry tasks;

  private ModelSplitterExecutor(Context context, TaskRegistry tasks) {
    this.context = context;
    this.tasks = tasks;
  }

  /**
   * Runs a splitter in the environment of this process, and ends the process: with {@link
   * #EXIT_COMPLETE}, or after one line on standard error with another code.
   *
   * @param splitter makes the splitter, normally its constructor
   */
  public static void execute(Function<Context, ? extends ModelSplitter> splitter) {
    System.exit(run(System.getenv(), splitter));
  }

  /**
   * As {@link #execute}, in this environment, and without ending the process.
   *
   * @return the exit code
   */
  public static int run(
      Map<String, String> environment, Function<Context, ? extends ModelSplitter> splitter) {
    Context context;
    TaskRegistry tasks;
    try {
      context = Context.from(environment);
      tasks = TaskClient.from(environment);
    } catch (BadInputException e) {
      reportBadEnvironment(environment, e);
      return EXIT_BAD_INPUT;
    }
    return new ModelSplitterExecutor(context, tasks).run(splitter);
  }

  private int run(Function<Context, ? extends ModelSplitter> factory) {
    String phase = "begin";
    try {
      ModelSplitter splitter = factory.apply(context);
      reportPhase(phase);
      PhaseResult result = splitter.begin();
      if (result instanceof PhaseResult.Ok begun) {
        phase = "main";
        reportPhase(phase);
        result = splitter.main(begun.data());
      }
      if (result instanceof PhaseResult.Ok split && phase.equals("main")) {
        phase = "finish";
        reportPhase(phase);
        result = splitter.finish(split.data());
      }
      if (result instanceof PhaseResult.Ok finished) {
        return complete(finished.data());
      }
      return failed(
          phase, result instanceof PhaseResult.Failed failed ? failed.error() : "it answered null");
    } catch (TaskRefusedException e) {
      return lost(String.valueOf(e.getMessage()), EXIT_BAD_INPUT);
    } catch (BadInputException e) {
      failed(phase, Problems.describe(e));
      return EXIT_BAD_INPUT;
    } catch (ModelSplitterException | IOException e) {
      return failed(phase, Problems.describe(e));
    } catch (Throwable e) { // the task must learn of every end, an OutOfMemoryError's too
      log.error("{} of task {} threw", phase, context.taskId(), e);
      return failed(phase, Problems.describe(e));
    }
  }

  /** The registry says that there is nothing to work on. */
  private static final class TaskRefusedException extends Exception {
    TaskRefusedException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * A registry that does not answer at the beginning ends the attempt before it costs anything; one
   * that does not answer later may do so when there is a result.
   */
  private void reportPhase(String phase) throws TaskRefusedException {
    log.info("task {}: {}", context.taskId(), phase);
    try {
      tasks.update(
          context.taskId(), TaskChange.status(TaskStatus.IN_PROGRESS, Map.of("phase", phase)));
    } catch (UnavailableException e) {
      if (phase.equals("begin")) {
        throw e;
      }
      log.warn("cannot report that {} has begun: {}", phase, e.getMessage());
    } catch (ModelSplitterException e) {
      throw new TaskRefusedException("the task registry refuses: " + e.getMessage(), e);
    }
  }

  private int complete(Map<String, Object> result) {
    Thread.interrupted(); // which a phase may have left, and which would stop the report
    try {
      tasks.update(context.taskId(), TaskChange.status(TaskStatus.COMPLETE, result));
      log.info("task {}: complete", context.taskId());
      return EXIT_COMPLETE;
    } catch (BadInputException e) {
      return failed("finish", "the registry does not take the result: " + e.getMessage());
    } catch (ModelSplitterException e) {
      // The work is done, so this is no failure of the task: nothing may say that it is.
      return lost("the task is done, but that cannot be reported: " + e.getMessage(), EXIT_FAILED);
    }
  }

  private int failed(String phase, String reason) {
    Thread.interrupted();
    String error = Problems.oneLine(reason);
    System.err.println("model splitter failed in " + phase + ": " + error);
    try {
      tasks.update(context.taskId(), TaskChange.status(TaskStatus.FAILED, Map.of("error", error)));
    } catch (ModelSplitterException e) {
      log.warn("cannot report the failure: {}", e.getMessage());
    }
    return EXIT_FAILED;
  }

  private static int lost(String message, int exitCode) {
    System.err.println("model splitter failed: " + Problems.oneLine(message));
    return exitCode;
  }

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
      TaskClient.from(environment)
          .update(taskId, TaskChange.status(TaskStatus.FAILED, Map.of("error", error)));
    } catch (ModelSplitterException unreported) {
      log.warn("cannot report the failure: {}", unreported.getMessage());
    }
  }
}
