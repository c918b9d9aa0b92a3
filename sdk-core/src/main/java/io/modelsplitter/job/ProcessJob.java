package io.modelsplitter.job;

import io.modelsplitter.error.Problems;
import io.modelsplitter.file.Folders;
import io.modelsplitter.job.JobState.Phase;
import io.modelsplitter.job.JobState.Pod;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A job of {@link ProcessJobLauncher}: runs its attempts one after the other, and writes down what
 * became of each before anybody hears of it. Thread-safe; {@link #run} is for one thread.
 */
final class ProcessJob {
  private static final Logger log = LoggerFactory.getLogger(ProcessJob.class);

  /** So many attempts that ended with the launcher are no accident; they do not count otherwise. */
  private static final int MAX_LOST = 20;

  private static final int MAX_PAUSES = 6;

  private final Path folder;
  private final ProcessSettings settings;
  private final BiConsumer<String, JobState> listener;

  /** Held while it runs. */
  private final ReentrantLock running = new ReentrantLock();

  /** Held while the state is told. */
  private final Object telling = new Object();

  private volatile ProcessRecord record;
  private volatile boolean isCancelled;
  private @Nullable Thread runner;

  private ProcessJob(
      Path folder,
      ProcessRecord record,
      ProcessSettings settings,
      BiConsumer<String, JobState> listener) {
    this.folder = folder;
    this.record = record;
    this.settings = settings;
    this.listener = listener;
  }

  /** A new job, in a folder that is not there yet. */
  static ProcessJob create(
      Path folder, JobSpec spec, ProcessSettings settings, BiConsumer<String, JobState> listener)
      throws IOException {
    ProcessRecord record = ProcessRecord.of(spec);
    try {
      LauncherFolder.make(folder);
      record.write(folder);
    } catch (IOException e) {
      Folders.delete(folder);
      throw e;
    }
    return new ProcessJob(folder, record, settings, listener);
  }

  /** The job that an earlier launcher left in a folder; its process must not go on unseen. */
  static Optional<ProcessJob> found(
      Path folder, ProcessSettings settings, BiConsumer<String, JobState> listener)
      throws IOException {
    Optional<ProcessRecord> found = ProcessRecord.read(folder);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    ProcessRecord record = found.get();
    if (!record.state().phase().isFinal()) {
      record.process().ifPresent(Processes::kill);
      Processes.killIn(folder);
      record = record.lost();
      record.write(folder);
    }
    return Optional.of(new ProcessJob(folder, record, settings, listener));
  }

  JobSpec spec() {
    return record.spec();
  }

  JobState state() {
    return record.state();
  }

  Instant lastChanged() {
    try {
      return Files.getLastModifiedTime(folder.resolve(ProcessRecord.NAME)).toInstant();
    } catch (IOException e) {
      return Instant.EPOCH; // so it is forgotten first
    }
  }

  /** Runs what is left of the job, until it is over or this thread is interrupted. */
  void run(List<String> command) {
    running.lock();
    try {
      setRunner(Thread.currentThread());
      for (int failures = counted(); !isCancelled && !state().phase().isFinal(); failures++) {
        if (state().pods().size() - failures >= MAX_LOST) {
          giveUp("Lost", "it ended with its launcher " + MAX_LOST + " times");
          break;
        }
        if (failures > 0) {
          long pause = settings.pause().toMillis() << Math.min(failures - 1, MAX_PAUSES);
          TimeUnit.MILLISECONDS.sleep(pause);
        }
        attempt(command, settings.attempts() - failures - 1);
      }
    } catch (InterruptedException e) {
      log.debug("job {} stops here", spec().taskId());
    } catch (IOException | RuntimeException e) {
      if (Thread.currentThread().isInterrupted()) { // which breaks off what is being written
        log.debug("job {} stops here", spec().taskId(), e);
      } else {
        log.error("job {} cannot go on", spec().taskId(), e);
        giveUp("CannotRun", Problems.describe(e));
      }
    } finally {
      setRunner(null);
      running.unlock();
    }
  }

  /** The thread goes on to other jobs, which an interrupt that came late must not reach. */
  private synchronized void setRunner(@Nullable Thread thread) {
    runner = thread;
    if (thread == null && isCancelled) {
      boolean unused = Thread.interrupted();
    }
  }

  private synchronized void interrupt() {
    if (runner != null) {
      runner.interrupt();
    }
  }

  private int counted() {
    return (int) state().pods().stream().filter(pod -> pod.exitCode() != null).count();
  }

  private void attempt(List<String> command, int attemptsLeft)
      throws IOException, InterruptedException {
    int number = state().pods().size() + 1;
    ProcessAttempt attempt = new ProcessAttempt(folder, spec(), settings, number, attemptsLeft);
    Process process = attempt.start(command);
    ProcessExit exit;
    try {
      Pod pod = new Pod(attempt.name(), Phase.RUNNING, null, null);
      become(record.started(process.toHandle(), pod));
      exit = attempt.await(process);
    } finally {
      Processes.stop(process, settings.grace());
      Processes.killIn(folder); // what it started may have outlived it
    }
    become(ended(attempt, exit, attemptsLeft)); // when nobody writes there any more
  }

  private ProcessRecord ended(ProcessAttempt attempt, ProcessExit exit, int attemptsLeft)
      throws IOException {
    List<Pod> pods = new ArrayList<>(state().pods());
    boolean isDone = exit.code() == 0;
    pods.set(
        pods.size() - 1,
        new Pod(
            attempt.name(),
            isDone ? Phase.SUCCEEDED : Phase.FAILED,
            isDone ? null : exit.reason(),
            exit.code()));
    if (isDone) {
      return record.become(new JobState(Phase.SUCCEEDED, null, null, pods));
    }
    boolean isOver = exit.isHopeless() || attemptsLeft <= 0;
    String said = attempt.lastWords();
    String message = exit.message() + (said.isEmpty() ? "" : ": " + said);
    return record.become(
        new JobState(isOver ? Phase.FAILED : Phase.PENDING, exit.reason(), message, pods));
  }

  /** The job can never run. */
  void giveUp(String reason, String message) {
    end(record.become(new JobState(Phase.FAILED, reason, message, state().pods())));
  }

  private void become(ProcessRecord next) throws IOException {
    if (next.state().phase().isFinal()) {
      end(next);
    } else if (!isCancelled) {
      next.write(folder);
      record = next;
      tell();
    }
  }

  /**
   * What is over is told, also where it cannot be written down: on a disk that is full, which the
   * files of the job, that go with its end, may be the reason of.
   */
  private void end(ProcessRecord next) {
    if (isCancelled) {
      return;
    }
    boolean isWritten = write(next, false);
    remove(ProcessAttempt.WORK);
    remove(ProcessAttempt.TEMPORARY);
    if (!isWritten) {
      boolean unused = write(next, true);
    }
    record = next;
    tell();
  }

  /** An interrupt comes too late here: the next launcher would run the job again. */
  private boolean write(ProcessRecord next, boolean isLastTry) {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try {
          next.write(folder);
          return true;
        } catch (ClosedByInterruptException e) {
          interrupted |= Thread.interrupted();
        }
      }
    } catch (IOException e) {
      if (isLastTry) {
        log.error("the end of job {} cannot be written down", spec().taskId(), e);
      }
      return false;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void remove(String name) {
    try {
      Folders.delete(folder.resolve(name));
    } catch (IOException e) {
      log.warn("{} of job {} cannot be removed: {}", name, spec().taskId(), Problems.describe(e));
    }
  }

  /**
   * Tells how far the job is now; one call after the other, so that the last told is the latest.
   */
  void tell() {
    synchronized (telling) {
      listener.accept(spec().taskId(), state());
    }
  }

  /** The end of what the last attempt said. */
  String log(int maxBytes) throws IOException {
    int attempts = state().pods().size();
    return attempts == 0 ? "" : ProcessAttempt.tail(folder, attempts, maxBytes);
  }

  /** Ends it for good; answers when it has ended. */
  void cancel() {
    isCancelled = true;
    interrupt();
    running.lock();
    try {
      log.debug("job {} is cancelled", spec().taskId());
    } finally {
      running.unlock();
    }
  }

  /** Removes everything of a job that does not run; who asks beside another waits for it. */
  void remove() throws IOException {
    running.lock();
    try {
      Folders.delete(folder);
    } finally {
      running.unlock();
    }
  }
}
