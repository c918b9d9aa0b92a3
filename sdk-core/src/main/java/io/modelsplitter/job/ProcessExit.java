package io.modelsplitter.job;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the end of a process means; the codes are those of the SDK's executor and of the shell.
 *
 * @param code the exit code, 128 and the signal for a process that was killed
 * @param reason in one word, as Kubernetes has it
 */
record ProcessExit(int code, String reason) {
  private static final Path COUNTERS = Path.of("/proc/vmstat");
  private static final int KILLED = 128 + 9;

  /**
   * The end of a process.
   *
   * @param before how often the system had killed for memory; -1 where it does not say
   * @param after as before, when the process had ended
   */
  static ProcessExit of(int code, long before, long after) {
    boolean isForMemory = code == KILLED && after > before;
    return new ProcessExit(code, isForMemory ? "OOMKilled" : JobState.reasonOf(code));
  }

  /** Whether another attempt can help. */
  boolean isHopeless() {
    return code == JobSpec.EXIT_BAD_INPUT;
  }

  String message() {
    return switch (reason) {
      case "OOMKilled" -> "it was killed for its memory; give it more, or make it use less";
      case "Killed" -> "it was killed by signal 9";
      default -> "it ended with exit code " + code;
    };
  }

  /** How often this system has killed a process for memory. */
  static long outOfMemoryKills() {
    try {
      for (String line : Files.readAllLines(COUNTERS)) {
        if (line.startsWith("oom_kill ")) {
          return Long.parseLong(line.substring("oom_kill ".length()));
        }
      }
    } catch (IOException e) {
      return -1; // not Linux
    }
    return -1;
  }
}
