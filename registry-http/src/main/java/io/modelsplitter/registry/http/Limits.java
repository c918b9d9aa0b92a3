package io.modelsplitter.registry.http;

import com.sun.management.UnixOperatingSystemMXBean;
import io.javalin.config.Key;
import io.modelsplitter.error.BadInputException;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/**
 * How much a server takes on.
 *
 * @param bodyBytes the largest request body; more is 413
 * @param headerBytes the largest request line and headers; more is 431
 * @param connections so many at once
 * @param arrivingBytes so much is held of all bodies that are still arriving
 * @param idle how long a connection may say nothing, or take nothing
 * @param request how long a request may take until its answer begins, and each part of a streamed
 *     answer after that; longer is 503
 * @param stop how long what runs may go on when the server stops
 */
record Limits(
    int bodyBytes,
    int headerBytes,
    int connections,
    long arrivingBytes,
    Duration idle,
    Duration request,
    Duration stop) {
  static final Key<Limits> KEY = new Key<>("limits");

  /**
   * For what a cluster or a launcher does: it may take minutes, has limits of its own, and must not
   * be left half done because what has to be noted of it is late.
   */
  static final Duration CLUSTER = Duration.ofDays(1);

  static final int MOST_CONNECTIONS = mostConnections();

  static final Limits DEFAULT =
      new Limits(
          8 << 20,
          16 << 10,
          Math.min(10_000, MOST_CONNECTIONS),
          Runtime.getRuntime().maxMemory() / 4,
          Duration.ofSeconds(30),
          Duration.ofSeconds(60),
          Duration.ofSeconds(25)); // a cluster kills after 30

  /** Refuses what would let nothing through. */
  Limits {
    check("--max-body-bytes", bodyBytes, 1024, 256 << 20);
    check("--max-header-bytes", headerBytes, 1024, 1 << 20);
    check("--max-connections", connections, 1, MOST_CONNECTIONS);
    check("--max-arriving-bytes", arrivingBytes, 1 << 20, Long.MAX_VALUE);
    check("--idle-seconds", idle.toSeconds(), 1, 3_600);
    check("--max-request-seconds", request.toSeconds(), 1, 86_400);
    check("--stop-seconds", stop.toSeconds(), 0, 3_600);
  }

  private static void check(String option, long value, long least, long most) {
    if (value < least || value > most) {
      throw new BadInputException(
          "%s must be from %d to %d, not %d".formatted(option, least, most, value));
    }
  }

  /** A connection is an open file to the system; some are left for what else is open. */
  private static int mostConnections() {
    long files =
        ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
            ? unix.getMaxFileDescriptorCount()
            : Integer.MAX_VALUE;
    return (int) Math.max(1, Math.min(1_000_000, files - Math.min(512, files / 2)));
  }
}
