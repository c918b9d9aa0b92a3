package io.modelsplitter.registry;

import io.modelsplitter.error.UnavailableException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * By when what a thread asks of the registries has to be done.
 *
 * <pre>{@code
 * List<ModelLayer> layers =
 *     Deadline.within(Duration.ofSeconds(5), () -> registry.query(filter));
 * }</pre>
 *
 * <p>What is not done by then ends with an {@link UnavailableException}: a registry in this process
 * stops the statement that its database is running, to the second, and what its transaction changed
 * is undone; a client makes no further attempt. Without a deadline a call takes as long as it
 * takes. One within another counts until it ends. It is the thread's own.
 */
public final class Deadline {
  private static final ThreadLocal<@Nullable Deadline> CURRENT = new ThreadLocal<>();

  private final Duration limit;
  private long end;

  private Deadline(Duration limit) {
    this.limit = limit;
    this.end = System.nanoTime() + limit.toNanos();
  }

  /**
   * What has a deadline.
   *
   * @param <T> what comes of it
   * @param <E> what it throws
   */
  public interface Work<T, E extends Exception> {
    /**
     * Does it.
     *
     * @return what it found
     * @throws E what it throws
     */
    T run() throws E;
  }

  /**
   * Does something, for which this thread has so long altogether.
   *
   * @param <T> what the work answers
   * @param <E> what the work throws
   * @param limit how long; it stands in place of the time that this thread has
   * @param work done by this thread
   * @return what the work answered
   * @throws E what the work threw
   */
  public static <T, E extends Exception> T within(Duration limit, Work<T, E> work) throws E {
    Deadline outer = CURRENT.get();
    CURRENT.set(new Deadline(limit));
    try {
      return work.run();
    } finally {
      if (outer == null) {
        CURRENT.remove();
      } else {
        CURRENT.set(outer);
      }
    }
  }

  /**
   * {@return how long this thread has still; zero or less when it is over, empty without a
   * deadline}
   */
  public static Optional<Duration> left() {
    Deadline deadline = CURRENT.get();
    return deadline == null
        ? Optional.empty()
        : Optional.of(Duration.ofNanos(deadline.end - System.nanoTime()));
  }

  /**
   * Does nothing before the deadline, or without one.
   *
   * @throws UnavailableException after it
   */
  public static void check() {
    Deadline deadline = CURRENT.get();
    if (deadline != null && deadline.end - System.nanoTime() <= 0) {
      throw new UnavailableException(
          "this took longer than " + deadline.limit.toMillis() / 1_000.0 + " seconds", null);
    }
  }

  /** A part is done and handed over: there is the whole time again for the next one. */
  public static void restart() {
    Deadline deadline = CURRENT.get();
    if (deadline != null) {
      deadline.end = System.nanoTime() + deadline.limit.toNanos();
    }
  }
}
