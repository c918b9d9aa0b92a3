package io.modelsplitter.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The most memory that a process which this one started has had resident, where the system tells:
 * Linux does, in {@code /proc/PID/status}.
 */
final class PeakMemory {
  private static final Pattern HIGH_WATER_MARK = Pattern.compile("VmHWM:\\s+(\\d+) kB");

  private long kilobytes;

  /** Looks again; nothing is known of a process that has ended. */
  void look() {
    ProcessHandle.current().children().forEach(child -> look(child.pid()));
  }

  private void look(long pid) {
    try {
      Path status = Path.of("/proc", String.valueOf(pid), "status");
      Matcher matcher = HIGH_WATER_MARK.matcher(Files.readString(status));
      if (matcher.find()) {
        kilobytes = Math.max(kilobytes, Long.parseLong(matcher.group(1)));
      }
    } catch (IOException e) {
      // what was seen before stays
    }
  }

  /** In megabytes of a million bytes; 0 where the system does not tell. */
  long megabytes() {
    return kilobytes * 1024 / 1_000_000;
  }
}
