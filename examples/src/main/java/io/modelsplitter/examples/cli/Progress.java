package io.modelsplitter.examples.cli;

import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Says on standard error how far long work is. What was begun and not ended is taken back when this
 * is closed, so that an error stands on a line of its own. Thread-safe.
 */
final class Progress implements AutoCloseable {
  private final ProgressView view;
  private final long everyNanos;
  private final LongSupplier clock;
  private String what = "";
  private String message = "";
  private long total;
  private long done;
  private double fraction;
  private long begun;
  private long shown;

  private Progress(ProgressView view, Duration every, LongSupplier clock) {
    this.view = view;
    this.everyNanos = every.toNanos();
    this.clock = clock;
  }

  /** On a terminal. */
  static Progress bar(PrintStream out) {
    return new Progress(new ProgressBar(out), Duration.ofMillis(100), System::nanoTime);
  }

  /** In a file, or wherever lines can be read. */
  static Progress lines(PrintStream out) {
    return lines(out, System::nanoTime);
  }

  static Progress lines(PrintStream out, LongSupplier clock) {
    return new Progress(new ProgressLines(out), Duration.ofSeconds(5), clock);
  }

  /** Nowhere. */
  static Progress none() {
    return lines(new PrintStream(OutputStream.nullOutputStream()));
  }

  /**
   * How far it is.
   *
   * @param what the work
   * @param fraction from 0 to 1; below 0 where nobody knows
   * @param done so many bytes; 0 where they are not counted
   * @param total of so many; 0 where nobody knows
   * @param message what the work says of itself
   * @param elapsed since it began
   */
  record State(
      String what, double fraction, long done, long total, String message, Duration elapsed) {}

  /** A piece of work begins, after the end of the one before it. */
  synchronized void begin(String what, long total) {
    this.what = Results.shown(what);
    this.total = total;
    message = "";
    done = 0;
    fraction = total > 0 ? 0 : -1;
    begun = clock.getAsLong();
    shown = begun;
    view.begin(state());
  }

  /**
   * So many more bytes are done.
   *
   * @throws UncheckedIOException when the thread is interrupted, which files do not notice
   */
  void add(long bytes) {
    if (Thread.currentThread().isInterrupted()) {
      throw new UncheckedIOException(new InterruptedIOException("interrupted"));
    }
    synchronized (this) {
      done += bytes;
      fraction = total > 0 ? Math.min(1, (double) done / total) : -1;
      showNow();
    }
  }

  /** As the work says itself. */
  synchronized void at(double fraction, String message) {
    this.fraction = fraction > 0 ? Math.min(1, fraction) : -1;
    this.message = Results.shown(message);
    showNow();
  }

  /** So much of a file is here, of so many bytes, or of -1 where nobody knows. */
  synchronized void downloaded(long bytes, long of) {
    done = bytes;
    total = Math.max(0, of);
    fraction = total > 0 ? Math.min(1, (double) done / total) : -1;
    showNow();
  }

  private void showNow() {
    long now = clock.getAsLong();
    if (now - shown >= everyNanos) {
      shown = now;
      view.show(state());
    }
  }

  private State state() {
    Duration elapsed = Duration.ofNanos(clock.getAsLong() - begun);
    return new State(what, fraction, done, total, message, elapsed);
  }

  /** The work is done. */
  synchronized void end(String summary) {
    double seconds = (clock.getAsLong() - begun) / 1e9;
    view.end("%s in %s".formatted(Results.shown(summary), Amounts.seconds(seconds)));
  }

  @Override
  public synchronized void close() {
    view.close();
  }
}
