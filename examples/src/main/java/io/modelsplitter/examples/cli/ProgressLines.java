package io.modelsplitter.examples.cli;

import java.io.PrintStream;
import java.util.Locale;

/** A line now and then, where there is no terminal. */
final class ProgressLines implements ProgressView {
  private final PrintStream out;

  ProgressLines(PrintStream out) {
    this.out = out;
  }

  @Override
  public void begin(Progress.State state) {
    String size = state.total() > 0 ? ", " + Amounts.bytes(state.total()) : "";
    out.println(state.what() + size);
  }

  @Override
  public void show(Progress.State state) {
    StringBuilder text = new StringBuilder(state.what());
    if (state.fraction() >= 0) {
      text.append(String.format(Locale.ROOT, ", %.0f%%", Math.floor(state.fraction() * 100)));
    }
    if (state.done() > 0) {
      text.append(", ").append(Amounts.bytes(state.done()));
    }
    if (!state.message().isEmpty()) {
      text.append(", ").append(state.message());
    }
    out.println(text);
  }

  @Override
  public void end(String summary) {
    out.println(summary);
  }

  @Override
  public void close() {
    out.flush();
  }
}
