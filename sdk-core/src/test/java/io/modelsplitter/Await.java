package io.modelsplitter;

import io.modelsplitter.error.BadInputException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Waits for what comes by itself, and fails where it does not come within a minute. */
public final class Await {
  private static final Duration LONGEST = Duration.ofMinutes(1);
  private static final Duration PAUSE = Duration.ofMillis(1);

  private Await() {}

  /**
   * What is looked at again and again.
   *
   * @param <E> what looking may throw
   */
  public interface Condition<E extends Exception> {
    boolean holds() throws E;
  }

  /**
   * Returns when the condition holds.
   *
   * @param what what is awaited, for the message where it does not come within a minute
   */
  public static <E extends Exception> void until(Condition<E> condition, String what) throws E {
    long began = System.nanoTime();
    while (!condition.holds()) {
      pause(began, () -> what);
    }
  }

  /**
   * Returns when the condition holds.
   *
   * @param state what a failure shows
   */
  public static <E extends Exception> void until(Condition<E> condition, Supplier<String> state)
      throws E {
    long began = System.nanoTime();
    while (!condition.holds()) {
      pause(began, state);
    }
  }

  /**
   * What is asked again and again.
   *
   * @param <T> what is answered
   * @param <E> what asking may throw
   */
  public interface Question<T, E extends Exception> {
    T ask() throws E;
  }

  /** The first answer that is as it is wanted; otherwise as {@link #until}. */
  public static <T, E extends Exception> T answer(
      Question<T, E> question, Predicate<? super T> wanted, String what) throws E {
    long began = System.nanoTime();
    T answer = question.ask();
    while (!wanted.test(answer)) {
      T last = answer;
      pause(began, () -> what + ", but " + last);
      answer = question.ask();
    }
    return answer;
  }

  /** What listens on a port of its own choice, however often another program was faster. */
  public static <T> T bound(Supplier<T> start) {
    long began = System.nanoTime();
    while (true) {
      try {
        return start.get();
      } catch (BadInputException e) {
        pause(began, () -> "a port that nobody has: " + e.getMessage());
      }
    }
  }

  private static void pause(long began, Supplier<String> what) {
    if (System.nanoTime() - began > LONGEST.toNanos()) {
      throw new AssertionError("not within a minute: " + what.get());
    }
    if (Thread.currentThread().isInterrupted()) { // then it cannot park
      throw new AssertionError("interrupted while waiting: " + what.get());
    }
    LockSupport.parkNanos(PAUSE.toNanos());
  }
}
