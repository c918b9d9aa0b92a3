package io.modelsplitter.examples.cli;

import java.io.PrintStream;
import java.util.Locale;

/**
 * A bar in the last line of a terminal. The cursor stays visible, and each time that the bar is
 * drawn leaves the terminal as it was, so that whatever ends the process there is nothing to put
 * right.
 */
final class ProgressBar implements ProgressView {
  private static final String ESCAPE = "\u001b[";
  private static final String CLEAR = ESCAPE + "K";
  private static final int WIDTH = 24;

  private final PrintStream out;
  private boolean isDrawn;

  ProgressBar(PrintStream out) {
    this.out = out;
  }

  @Override
  public void begin(Progress.State state) {
    show(state);
  }

  /**
   * Without wrapping: in a narrow terminal the line is cut, else the next would be below it. The
   * cursor goes back to the beginning, where a warning that somebody logs replaces the bar.
   */
  @Override
  public void show(Progress.State state) {
    print(ESCAPE + "?7l" + text(state) + ESCAPE + "K" + ESCAPE + "?7h\r");
    isDrawn = true;
  }

  private static String text(Progress.State state) {
    StringBuilder text = new StringBuilder(state.what());
    if (state.fraction() >= 0) {
      int full = (int) Math.round(state.fraction() * WIDTH);
      text.append("  [").append("#".repeat(full)).append(".".repeat(WIDTH - full)).append(']');
      text.append(String.format(Locale.ROOT, " %3.0f%%", Math.floor(state.fraction() * 100)));
    }
    if (state.done() > 0) {
      double seconds = state.elapsed().toMillis() / 1e3;
      text.append("  ").append(Amounts.bytes(state.done()));
      if (seconds >= 1) {
        text.append("  ").append(Amounts.bytes((long) (state.done() / seconds))).append("/s");
        if (state.total() > state.done()) {
          double left = seconds / state.done() * (state.total() - state.done());
          text.append("  ").append(Amounts.seconds(left)).append(" left");
        }
      }
    }
    if (!state.message().isEmpty()) {
      text.append("  ").append(state.message());
    }
    return text.toString();
  }

  @Override
  public void end(String summary) {
    close();
    print(summary + System.lineSeparator());
  }

  @Override
  public void close() {
    if (isDrawn) {
      print(CLEAR);
      isDrawn = false;
    }
  }

  private void print(String text) {
    out.print(text);
    out.flush();
  }
}
