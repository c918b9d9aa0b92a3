package io.modelsplitter;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long to go on trying: for some time, and less once the process is told to end. Thread-safe.
 */
final class ReportDeadline {
  private final Duration most;
  private final Duration grace;
  private volatile long end;
  private volatile @Nullable Long hurriedEnd;

  ReportDeadline(Duration most, Duration grace) {
    this.most = most;
    this.grace = grace;
    begin();
  }

  /** The time runs from now on. */
  void begin() {
    end = System.nanoTime() + most.toNanos();
  }

  /** From now on there is no more time than the grace, whatever begins. */
  void hurry() {
    hurriedEnd = System.nanoTime() + grace.toNanos();
  }

  /** Whether there is no time for a pause. */
  boolean endsWithin(Duration pause) {
    long after = System.nanoTime() + pause.toNanos();
    Long hurried = hurriedEnd;
    return after - end >= 0 || (hurried != null && after - hurried >= 0);
  }
}
