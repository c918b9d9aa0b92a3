package io.modelsplitter;

import io.modelsplitter.TaskReporter.Delivery;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.Problems;
import io.modelsplitter.registry.TaskStatus;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that a task hears how its attempt ended: now, or from the next attempt, or at least
 * that somebody can read it. What the task cannot be told stays in the journal and goes to the
 * termination log.
 */
final class AttemptEnd {
  private static final Logger log = LoggerFactory.getLogger(AttemptEnd.class);
  private static final String NOTE = "end";

  private final Context context;
  private final AttemptSettings settings;
  private final TaskReporter reporter;
  private final ReportDeadline deadline;
  private volatile @Nullable LastWords lastWords;

  AttemptEnd(
      Context context, AttemptSettings settings, TaskReporter reporter, ReportDeadline deadline) {
    this.context = context;
    this.settings = settings;
    this.reporter = reporter;
    this.deadline = deadline;
  }

  /** Whether an earlier attempt came to an end that it could not tell. */
  boolean isLeftByEarlierAttempt() throws IOException {
    return context.journal().get(NOTE).isPresent();
  }

  /** Tells what an earlier attempt could not; answers its exit code. */
  int ofEarlierAttempt() throws IOException {
    Map<String, Object> note = context.journal().get(NOTE).orElse(Map.of());
    log.info("task {}: an earlier attempt came to its end; telling the task", context.taskId());
    String status = String.valueOf(note.get("task_status"));
    return TaskStatus.isComplete(status)
        ? complete(data(note))
        : tell(status, data(note), ModelSplitterExecutor.EXIT_FAILED);
  }

  @SuppressWarnings("unchecked") // leave wrote it
  private static Map<String, Object> data(Map<String, Object> note) {
    return note.get("task_status_data") instanceof Map<?, ?> data
        ? (Map<String, Object>) data
        : Map.of();
  }

  /** The work is done: whatever becomes of the report, nothing may say that it failed. */
  int complete(Map<String, Object> result) {
    keep(TaskStatus.COMPLETE, result); // first, since the process may end while it is told
    lastWords = new LastWords(TaskStatus.COMPLETE, result);
    Delivery delivery = reporter.deliver(TaskStatus.COMPLETE, result, deadline);
    if (delivery instanceof Delivery.Refused refused
        && refused.reason() instanceof BadInputException) {
      leaveLastWords();
      Map<String, Object> brief = new LinkedHashMap<>();
      brief.put("status", "done");
      brief.put("result_refused", Problems.describe(refused.reason()));
      if (result.get("artifact") instanceof String artifact) {
        brief.put("artifact", artifact);
      }
      delivery = reporter.deliver(TaskStatus.COMPLETE, brief, deadline);
    }
    if (delivery instanceof Delivery.Refused refused) {
      say("the task is done, but the registry refuses: " + refused.reason().getMessage());
      leaveLastWords();
      return ModelSplitterExecutor.EXIT_BAD_INPUT;
    }
    if (delivery instanceof Delivery.Undelivered undelivered) {
      say("the task is done, but that cannot be reported: " + undelivered.reason());
      leaveLastWords();
      return ModelSplitterExecutor.EXIT_TRANSIENT;
    }
    log.info("task {}: complete", context.taskId());
    context.scratch().delete();
    return ModelSplitterExecutor.EXIT_COMPLETE;
  }

  /** The input is wrong, and would be wrong again. */
  int badInput(String phase, String reason) {
    String error = say("failed in", phase, reason);
    return tell(TaskStatus.FAILED, Map.of("error", error), ModelSplitterExecutor.EXIT_BAD_INPUT);
  }

  /** The attempt failed; a task with attempts left has not. */
  int failed(String phase, String reason, int exitCode) {
    String error = say("failed in", phase, reason);
    return isLast()
        ? tell(TaskStatus.FAILED, Map.of("error", error), exitCode)
        : tell(TaskStatus.IN_PROGRESS, news(error), exitCode);
  }

  /** The attempt was told to end. */
  int terminated(String phase) {
    String error = say("was terminated in", phase, "");
    Map<String, Object> news = news(error);
    news.put("terminated", true);
    if (isLast()) {
      news.put("error", error);
    }
    String status = isLast() ? TaskStatus.FAILED : TaskStatus.IN_PROGRESS;
    return tell(status, news, ModelSplitterExecutor.EXIT_TERMINATED);
  }

  private boolean isLast() {
    return settings.attemptsLeft() == 0;
  }

  private Map<String, Object> news(String error) {
    Map<String, Object> news = new LinkedHashMap<>(reporter.news());
    news.put("last_error", error);
    return news;
  }

  private int tell(String status, Map<String, Object> data, int exitCode) {
    lastWords = new LastWords(status, data);
    Delivery delivery = reporter.deliver(status, data, deadline);
    boolean isFinal = TaskStatus.isFinal(status);
    if (delivery instanceof Delivery.Undelivered undelivered) {
      log.warn("cannot report it: {}", undelivered.reason());
      if (isFinal && exitCode != ModelSplitterExecutor.EXIT_TERMINATED) {
        keep(status, data);
      } // else an attempt that comes all the same goes on with the work
      leaveLastWords();
      return exitCode;
    }
    if (delivery instanceof Delivery.Refused refused) {
      log.warn("the registry refuses to hear of it: {}", refused.reason().getMessage());
      isFinal |= !(refused.reason() instanceof BadInputException);
    }
    if (isFinal) {
      context.scratch().delete();
    }
    return exitCode;
  }

  private record LastWords(String status, Map<String, Object> data) {}

  /** For who looks at the container, where the task could not be told; by any thread. */
  void leaveLastWords() {
    LastWords words = lastWords;
    boolean interrupted = Thread.interrupted(); // it would end the writing at once
    if (words != null) {
      new TerminationLog(settings.terminationLog())
          .write(context.taskId(), words.status(), words.data());
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** For the next attempt. */
  private void keep(String status, Map<String, Object> data) {
    boolean interrupted = Thread.interrupted();
    Map<String, Object> note = new LinkedHashMap<>();
    note.put("task_status", status);
    note.put("task_status_data", data);
    try {
      context.journal().put(NOTE, note);
    } catch (IOException e) {
      log.error("cannot keep how task {} ended: {}", context.taskId(), Problems.describe(e));
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static String say(String verb, String phase, String reason) {
    String error = Problems.oneLine(reason.isEmpty() ? verb + " " + phase : reason);
    System.err.println(
        reason.isEmpty()
            ? "model splitter " + error
            : "model splitter " + verb + " " + phase + ": " + error);
    return error;
  }

  private static void say(String text) {
    System.err.println("model splitter failed: " + Problems.oneLine(text));
  }
}
