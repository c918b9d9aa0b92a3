package io.modelsplitter.examples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What is said of long work, and where a bar is shown. */
class ProgressTest {
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
  private final AtomicLong now = new AtomicLong();

  private List<String> lines() {
    return said.toString(StandardCharsets.UTF_8).lines().toList();
  }

  private void pass(long seconds) {
    now.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
  }

  @Test
  void lines_areAtMostOneInFiveSecondsAndBeginAndEnd() {
    try (Progress progress = Progress.lines(out, now::get)) {
      progress.begin("splitting", 2_000_000);
      for (int second = 0; second < 19; second++) {
        pass(1);
        progress.add(100_000);
      }
      progress.end("split into 2 files");
    }
    assertEquals(
        List.of(
            "splitting, 2.0 MB",
            "splitting, 25%, 500.0 kB",
            "splitting, 50%, 1.0 MB",
            "splitting, 75%, 1.5 MB",
            "split into 2 files in 19 s"),
        lines());
  }

  @Test
  void lines_messageWithControlCharacters_losesThem() {
    try (Progress progress = Progress.lines(out, now::get)) {
      progress.begin("task x", 0);
      pass(9);
      progress.at(0.5, "\u001b[2Jrank 1\nof 2");
    }
    assertEquals(List.of("task x", "task x, 50%, ?[2Jrank 1?of 2"), lines());
  }

  @Test
  void bar_thatIsNotEnded_isTakenBack() {
    try (Progress progress = Progress.bar(out)) {
      progress.begin("splitting", 10);
    }
    String text = said.toString(StandardCharsets.UTF_8);
    assertTrue(text.contains("splitting  [........................]   0%"), text);
    assertTrue(text.endsWith("\u001b[?7h\r\u001b[K"), text);
    assertFalse(text.contains("\u001b[?25"), text); // the cursor stays
    assertEquals(count(text, "\u001b[?7l"), count(text, "\u001b[?7h"));
  }

  private static int count(String text, String part) {
    return text.split(java.util.regex.Pattern.quote(part), -1).length - 1;
  }

  @Test
  void add_whenInterrupted_endsTheWork() {
    try (Progress progress = Progress.none()) {
      Thread.currentThread().interrupt();
      assertThrows(UncheckedIOException.class, () -> progress.add(1));
    } finally {
      assertTrue(Thread.interrupted());
    }
  }

  /** Whether there is a bar. */
  private boolean hasBar(Map<String, String> environment, boolean isTerminal) {
    said.reset();
    Surroundings surroundings =
        new Surroundings(
            environment, new Results(new ByteArrayOutputStream()), out, () -> isTerminal);
    try (Progress progress = surroundings.progress()) {
      progress.begin("x", 1);
    }
    return said.toString(StandardCharsets.UTF_8).contains("\u001b");
  }

  @Test
  void bar_isShownOnlyOnATerminalThatCan() {
    assertTrue(hasBar(Map.of("TERM", "xterm"), true));
    assertFalse(hasBar(Map.of("TERM", "xterm"), false));
    assertFalse(hasBar(Map.of("TERM", "dumb"), true));
    assertFalse(hasBar(Map.of(), true));
  }

  @Test
  void amounts_areShort() {
    assertEquals("999 B", Amounts.bytes(999));
    assertEquals("1.0 MB", Amounts.bytes(999_990));
    assertEquals("9.2 EB", Amounts.bytes(Long.MAX_VALUE));
    assertEquals("0.4 s", Amounts.seconds(0.4));
    assertEquals("1:00 min", Amounts.seconds(59.7));
    assertEquals("1:02:05 h", Amounts.seconds(3_725));
  }
}
