package io.modelsplitter;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.Problems;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.registry.TaskRegistry;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt at a task: goes on where an earlier one was stopped, and runs the phases that are
 * left. The thread that made it runs it; another may tell it to end.
 */
final class Attempt {
  private static final Logger log = LoggerFactory.getLogger(Attempt.class);

  private static final String COUNT = "attempt";
  private static final List<String> PHASES = List.of("begin", "main", "finish");

  private final Context context;
  private final AttemptSettings settings;
  private final TaskReporter reporter;
  private final ReportDeadline deadline;
  private final AttemptEnd end;
  private final Thread thread = Thread.currentThread();
  private final CountDownLatch over = new CountDownLatch(1);

  private final Object lock = new Object();
  private @Nullable ModelSplitter splitter; // guarded by lock
  private boolean isEnding; // guarded by lock: somebody tells the end, and is not to be disturbed
  private volatile boolean isTerminated;
  private volatile String phase = PHASES.get(0);

  Attempt(Context given, TaskRegistry tasks, AttemptSettings settings) {
    this.settings = settings;
    // What comes after the report of the end takes time, too.
    this.deadline =
        new ReportDeadline(settings.deadline(), settings.grace().multipliedBy(4).dividedBy(5));
    this.reporter =
        new TaskReporter(tasks, given.taskId(), settings, count(given), this::stopPhase);
    this.context = given.withProgressListener(reporter);
    this.end = new AttemptEnd(context, settings, reporter, deadline);
  }

  /** How often the task was begun, this time included. */
  private static int count(Context context) {
    try {
      Object before = context.journal().get(COUNT).orElse(Map.of()).get(COUNT);
      int count = before instanceof Integer number ? number + 1 : 1;
      context.journal().put(COUNT, Map.of(COUNT, count));
      return count;
    } catch (IOException e) {
      log.warn("no other attempt can go on with this one: {}", Problems.describe(e));
      return 1;
    }
  }

  /** Runs the attempt to its end; answers the exit code. */
  int run(Function<Context, ? extends ModelSplitter> factory) {
    try {
      if (end.isLeftByEarlierAttempt()) {
        return ending() ? end.ofEarlierAttempt() : ModelSplitterExecutor.EXIT_TERMINATED;
      }
      context.scratch().sweep();
      reporter.start();
      return reporter.refusal() == null ? runPhases(factory) : refused();
    } catch (IOException e) { // an earlier attempt may have left a result, so nothing is said
      System.err.println("model splitter failed: " + Problems.describe(e));
      return transientCode();
    } finally {
      reporter.close();
      over.countDown();
    }
  }

  private static int transientCode() {
    return ModelSplitterExecutor.EXIT_TRANSIENT;
  }

  private int runPhases(Function<Context, ? extends ModelSplitter> factory) {
    PhaseResult result;
    try {
      result = phases(take(factory.apply(context)));
    } catch (Throwable e) { // the task must learn of every end, an OutOfMemoryError's too
      return ending() ? threw(e) : ModelSplitterExecutor.EXIT_TERMINATED;
    }
    if (!ending()) {
      return ModelSplitterExecutor.EXIT_TERMINATED; // told by who ended the attempt
    }
    closeSplitter();
    return result instanceof PhaseResult.Ok ok
        ? end.complete(ok.data())
        : end.failed(
            phase,
            result instanceof PhaseResult.Failed failed ? failed.error() : "it answered null",
            ModelSplitterExecutor.EXIT_FAILED);
  }

  /** Runs the phases that no earlier attempt has done; answers the first failure or the result. */
  private @Nullable PhaseResult phases(ModelSplitter splitter) throws Exception {
    PhaseResult result = PhaseResult.ok(Map.of());
    boolean isBehind = true; // an earlier attempt may have been here
    for (String name : PHASES) {
      Map<String, Object> data = ((PhaseResult.Ok) result).data();
      phase = name;
      Optional<Map<String, Object>> done =
          isBehind ? context.journal().get("phase-" + name) : Optional.empty();
      if (done.isPresent() && splitter.isIntact(name, done.get())) {
        log.info("task {}: an earlier attempt has done {}", context.taskId(), name);
        result = PhaseResult.ok(done.get());
        continue;
      }
      isBehind = false;
      checkGoesOn();
      reporter.phase(name);
      result =
          switch (name) {
            case "begin" -> splitter.begin();
            case "main" -> splitter.main(data);
            default -> splitter.finish(data);
          };
      Thread.interrupted(); // which the phase may have left, and which would stop what comes now
      if (!(result instanceof PhaseResult.Ok ok)) {
        checkGoesOn();
        return result;
      }
      keep(name, ok.data()); // what is done is done, even when the attempt is to end
    }
    return result;
  }

  private void keep(String name, Map<String, Object> data) {
    try {
      context.journal().put("phase-" + name, data);
    } catch (IOException e) {
      log.warn("another attempt will have to repeat {}: {}", name, Problems.describe(e));
    }
  }

  private void checkGoesOn() throws InterruptedException {
    if (isTerminated || reporter.refusal() != null) {
      throw new InterruptedException();
    }
  }

  private int threw(Throwable e) {
    closeSplitter();
    if (reporter.refusal() != null) {
      return refused();
    }
    if (isTerminated || isInterrupt(e)) {
      return end.terminated(phase);
    }
    String reason = Problems.describe(e);
    if (e instanceof BadInputException) {
      return end.badInput(phase, reason);
    }
    if (e instanceof UnavailableException || e instanceof IOException) {
      return end.failed(phase, reason, transientCode());
    }
    log.error("{} of task {} threw", phase, context.taskId(), e);
    return end.failed(phase, reason, ModelSplitterExecutor.EXIT_FAILED);
  }

  private static boolean isInterrupt(Throwable e) {
    return e instanceof InterruptedException
        || e instanceof ClosedByInterruptException
        || (e instanceof InterruptedIOException && !(e instanceof SocketTimeoutException))
        || e.getCause() instanceof InterruptedException;
  }

  /** There is nothing to work on, and nobody to tell. */
  private int refused() {
    if (reporter.isComplete()) { // by an attempt that was killed when it had said so
      log.info("task {} is complete already", context.taskId());
      context.scratch().delete();
      return ModelSplitterExecutor.EXIT_COMPLETE;
    }
    String reason = Problems.oneLine(String.valueOf(reporter.refusal()));
    System.err.println("model splitter failed: " + reason);
    context.scratch().delete();
    return ModelSplitterExecutor.EXIT_BAD_INPUT;
  }

  /** Claims to tell the end; false when another thread does. Nobody interrupts who tells it. */
  private boolean ending() {
    synchronized (lock) {
      if (isEnding) {
        return false;
      }
      isEnding = true;
      if (Thread.currentThread() == thread) {
        Thread.interrupted(); // it, or what a phase left, would end the report at once
      }
    }
    reporter.close();
    deadline.begin();
    return true;
  }

  private ModelSplitter take(ModelSplitter made) {
    synchronized (lock) {
      splitter = made;
    }
    return made;
  }

  /** Once; it may be called by the thread that tells the attempt to end. */
  private void closeSplitter() {
    ModelSplitter made;
    synchronized (lock) {
      made = splitter;
      splitter = null;
    }
    if (made == null) {
      return;
    }
    try {
      made.close();
    } catch (Throwable e) { // whatever it is, the end is still to be told
      log.warn("the splitter could not be closed", e);
    }
  }

  /** Interrupts the phase that is running. */
  private void stopPhase() {
    synchronized (lock) {
      if (isEnding) {
        return;
      }
      thread.interrupt();
    }
    Thread closing = new Thread(this::closeSplitter, "model-splitter-close"); // it may never end
    closing.setDaemon(true);
    closing.start();
    try {
      closing.join(settings.grace().toMillis() / 5);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends the attempt, from another thread; returns when the task was told, or the time is over. */
  void terminate() {
    isTerminated = true;
    deadline.hurry();
    if (isExiting()) {
      if (ending()) {
        end.failed(phase, "the splitter ended the process", ModelSplitterExecutor.EXIT_FAILED);
      }
      return;
    }
    stopPhase();
    Duration patience = settings.grace().multipliedBy(3).dividedBy(5);
    if (!isOver(patience) && ending()) { // the phase does not listen
      end.terminated(phase);
      return;
    }
    if (!isOver(settings.grace().minus(patience))) {
      end.leaveLastWords();
    }
  }

  private boolean isOver(Duration patience) {
    try {
      return over.await(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Whether the phase itself called {@link System#exit}, which never returns to it. */
  private boolean isExiting() {
    for (StackTraceElement frame : thread.getStackTrace()) {
      if (frame.getClassName().equals("java.lang.Shutdown")) {
        return true;
      }
    }
    return false;
  }
}
