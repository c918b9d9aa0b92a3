package io.modelsplitter.job;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** Ends processes, with those that they started. */
final class Processes {
  private static final Duration LAST_WAIT = Duration.ofSeconds(5);

  /** As Java writes the variables of a process. */
  private static final Charset VARIABLES =
      Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));

  private Processes() {}

  /** Tells a process to end, and kills it when it does not; what it started goes with it. */
  static void stop(Process process, Duration grace) {
    List<ProcessHandle> started = process.descendants().toList();
    process.destroy();
    await(process.toHandle(), grace);
    process.destroyForcibly();
    started.forEach(ProcessHandle::destroyForcibly);
    await(process.toHandle(), LAST_WAIT);
  }

  /** Kills a process of an earlier life of ours, and those that it started. */
  static void kill(ProcessHandle orphan) {
    List<ProcessHandle> all = Stream.concat(orphan.descendants(), Stream.of(orphan)).toList();
    all.forEach(ProcessHandle::destroyForcibly);
    all.forEach(process -> await(process, LAST_WAIT));
  }

  /**
   * Kills what a job started and what works in its folder still, where the system tells: Linux
   * does, in {@code /proc}. So also a process is found that was started a moment before its starter
   * died. One that cleared its environment is not told from a person's shell in that folder, and
   * lives.
   */
  static void killIn(Path folder) throws IOException {
    Path real = folder.toRealPath();
    ProcessHandle.allProcesses()
        .filter(
            process -> {
              Path proc = Path.of("/proc", String.valueOf(process.pid()));
              return worksIn(real, proc.resolve("cwd")) && isOf(real, proc.resolve("environ"));
            })
        .forEach(Processes::kill);
  }

  private static boolean worksIn(Path folder, Path link) {
    try {
      return Files.isSymbolicLink(link) && Files.readSymbolicLink(link).startsWith(folder);
    } catch (IOException e) {
      return false; // it has ended, or is somebody else's
    }
  }

  private static boolean isOf(Path folder, Path variables) {
    try {
      String text = new String(Files.readAllBytes(variables), VARIABLES);
      for (String variable : text.split("\0", -1)) {
        if (variable.startsWith(ProcessAttempt.WORK_FOLDER + "=")) {
          Path work = Path.of(variable.substring(ProcessAttempt.WORK_FOLDER.length() + 1));
          Path job = work.getParent();
          return job != null && job.toRealPath().equals(folder);
        }
      }
      return false;
    } catch (IOException | InvalidPathException e) {
      return false; // as above, or it gave the variable another meaning
    }
  }

  private static void await(ProcessHandle process, Duration most) {
    boolean interrupted = Thread.interrupted(); // who is told to stop waits for its process
    try {
      process.onExit().get(most.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      interrupted = true;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (TimeoutException e) {
      // killed by the caller
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
