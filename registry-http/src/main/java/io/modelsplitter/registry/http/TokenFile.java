package io.modelsplitter.registry.http;

import io.modelsplitter.error.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A token file that is read again when it changes: its time and size are looked at once a second at
 * most. While what it holds cannot be read, the tokens of before stay valid. Thread-safe.
 */
final class TokenFile {
  private static final Logger log = LoggerFactory.getLogger(TokenFile.class);
  private static final long PAUSE = TimeUnit.SECONDS.toNanos(1);

  private final Path path;
  private final LongSupplier clock;
  private final AtomicLong lookedAt;
  private volatile Stamp stamp;
  private volatile Stamp complainedOf = Stamp.NONE;
  private volatile AccessTokens tokens;

  /** What changes with the file. */
  private record Stamp(FileTime modified, long size) {
    private static final Stamp NONE = new Stamp(FileTime.fromMillis(0), -1);

    static Stamp of(Path path) {
      try {
        return new Stamp(Files.getLastModifiedTime(path), Files.size(path));
      } catch (IOException e) {
        return NONE;
      }
    }
  }

  /**
   * Reads the file.
   *
   * @throws BadInputException when it cannot be read or holds something else
   */
  TokenFile(Path path) {
    this(path, System::nanoTime);
  }

  /**
   * As above.
   *
   * @param clock tells nanoseconds since any moment
   */
  TokenFile(Path path, LongSupplier clock) {
    this.path = path;
    this.clock = clock;
    this.lookedAt = new AtomicLong(clock.getAsLong());
    this.stamp = Stamp.of(path); // before it is read, so that no change is missed
    this.tokens = AccessTokens.read(path);
  }

  /** The tokens as the file has them now. */
  AccessTokens tokens() {
    long now = clock.getAsLong();
    long before = lookedAt.get();
    if (now - before >= PAUSE && lookedAt.compareAndSet(before, now)) {
      readAgain();
    }
    return tokens;
  }

  private void readAgain() {
    Stamp found = Stamp.of(path);
    if (found.equals(stamp)) {
      return;
    }
    try {
      tokens = AccessTokens.read(path);
      stamp = found;
      log.info("the token file {} was read again", path);
    } catch (BadInputException e) {
      if (!(e.getCause() instanceof IOException)) { // bad as long as nobody changes it
        stamp = found;
      } // else the next look reads it again: whoever was struck off must not stay
      if (!found.equals(complainedOf)) {
        complainedOf = found;
        log.warn("{}; the tokens of before stay valid", e.getMessage());
      }
    }
  }
}
