package io.modelsplitter.file;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.file.Download.ChangedException;
import io.modelsplitter.file.DownloadState.Segment;
import io.modelsplitter.file.HttpSource.PassingException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.Protocol;
import okhttp3.Response;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;

/**
 * Brings a segment of a file, as often as a connection breaks, each time from the first byte that
 * is missing. Gives up after so many attempts in a row that brought nothing. Thread-safe.
 */
final class SegmentFetch {
  /** What is read at once where there is one connection, and where there are more. */
  private static final int CHUNK = 4 << 20;

  private static final int SHARED_CHUNK = 256 << 10;

  /** Less than this in the stall time is as good as nothing. */
  private static final long LEAST_PROGRESS = 16 << 10;

  private static final long TELLS_EVERY = TimeUnit.MILLISECONDS.toNanos(500);
  private static final Pattern RANGE =
      Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18}|\\*)");
  private static final Pattern UNSATISFIED = Pattern.compile("bytes \\*/(\\d{1,18})");

  private final HttpSource source;
  private final DownloadOptions options;
  private final String url;
  private final @Nullable DownloadState state;
  private final @Nullable Path part;
  private final @Nullable FileFollower follower;
  private final AtomicLong toldAt = new AtomicLong(System.nanoTime());

  /** For the first answer, which says what there is to fetch. */
  SegmentFetch(HttpSource source, DownloadOptions options) {
    this(source, options, "", null, null, null);
  }

  SegmentFetch(
      HttpSource source,
      DownloadOptions options,
      String url,
      @Nullable DownloadState state,
      @Nullable Path part,
      @Nullable FileFollower follower) {
    this.source = source;
    this.options = options;
    this.url = url;
    this.state = state;
    this.part = part;
    this.follower = follower;
  }

  /** The answer with the whole file. */
  Response first() throws IOException {
    for (int failures = 1; ; failures++) {
      try {
        Response response = source.get(0, Long.MAX_VALUE, "");
        if (response.code() == 200) {
          return response;
        }
        response.close();
        throw new BadInputException(
            "cannot download %s: the server answered %d to a question for all of it"
                .formatted(
                    FileDownloader.shown(response.request().url().toString()), response.code()));
      } catch (PassingException e) {
        if (failures >= options.attempts()) {
          throw HttpSource.unavailable(e);
        }
        RetryPause.sleep(options, failures, e.wait);
      }
    }
  }

  /** Brings the segment; answers its last position. */
  Long run(Segment segment, @Nullable Response ready) throws IOException {
    // Of its own, since it is closed when this thread is interrupted.
    try (FileChannel to =
        FileChannel.open(Objects.requireNonNull(part), StandardOpenOption.WRITE)) {
      return run(segment, ready, to);
    }
  }

  private Long run(Segment segment, @Nullable Response ready, FileChannel to) throws IOException {
    DownloadState known = Objects.requireNonNull(state);
    Response response = ready;
    int failures = 0;
    while (!segment.isDone()) {
      long before = segment.position();
      try {
        if (response == null) {
          if (known.validator().isEmpty() && before > segment.start()) {
            throw new ChangedException("it broke off, and cannot be gone on with", true);
          }
          response = source.get(before, segment.end(), known.validator());
        }
        try (Response taken = response) {
          copy(taken, segment, known, to);
        }
      } catch (PassingException e) {
        boolean brought =
            segment.position() - before >= Math.min(LEAST_PROGRESS, segment.end() - before);
        failures = brought ? 0 : failures + 1;
        if (failures >= options.attempts()) {
          throw e;
        }
        RetryPause.sleep(options, failures, e.wait);
      }
      response = null;
    }
    return segment.position();
  }

  private void copy(Response response, Segment segment, DownloadState known, FileChannel to)
      throws IOException {
    long position = segment.position();
    long skip = 0;
    if (response.code() == 416) {
      Matcher matcher = UNSATISFIED.matcher(String.valueOf(response.header("Content-Range", "")));
      if (known.length() < 0 && matcher.matches() && Long.parseLong(matcher.group(1)) == position) {
        segment.endHere();
        return;
      }
      throw new ChangedException("it has become shorter", false);
    } else if (response.code() == 206) {
      checkRange(response, position, known.length());
      String now = HttpSource.validator(response);
      if (!now.isEmpty() && !now.equals(known.validator())) { // not all servers mind If-Range
        throw new ChangedException("it is not what it was", false);
      }
    } else {
      boolean isSame =
          HttpSource.validator(response).equals(known.validator())
              && ServerDigests.length(response) == known.length();
      boolean isPart = position > 0 && known.segments().size() > 1;
      if (!isSame || isPart) {
        throw new ChangedException("it is not what it was, or the server ignores ranges", isPart);
      }
      skip = position;
    }
    try (BufferedSource in = response.body().source()) {
      if (response.protocol() == Protocol.HTTP_1_1) {
        // The socket has the same limit; a second one for each 8 KB is a third of the whole time.
        in.timeout().clearTimeout();
      }
      skip(in, skip);
      copy(in, segment, known, to);
    }
  }

  private void checkRange(Response response, long position, long length) throws PassingException {
    String header = String.valueOf(response.header("Content-Range", ""));
    Matcher matcher = RANGE.matcher(header);
    boolean fits =
        matcher.matches()
            && Long.parseLong(matcher.group(1)) == position
            && (length < 0
                || matcher.group(3).equals("*")
                || Long.parseLong(matcher.group(3)) == length);
    if (!fits) {
      throw new PassingException(
          "cannot download %s: asked for the bytes from %d on, the server answered %s"
              .formatted(FileDownloader.shown(url), position, header),
          Duration.ZERO,
          null);
    }
  }

  private void skip(BufferedSource in, long bytes) throws PassingException {
    try {
      in.skip(bytes);
    } catch (IOException e) {
      throw brokeOff(e, bytes);
    }
  }

  private PassingException brokeOff(@Nullable IOException e, long position) {
    String reason = e == null ? "the server closed the connection" : FileDownloader.reason(e);
    return new PassingException(
        "download of %s broke off after %d bytes: %s"
            .formatted(FileDownloader.shown(url), position, reason),
        Duration.ZERO,
        e);
  }

  private void copy(BufferedSource in, Segment segment, DownloadState known, FileChannel to)
      throws IOException {
    ByteBuffer chunk =
        ByteBuffer.allocateDirect(known.segments().size() == 1 ? CHUNK : SHARED_CHUNK);
    long stallEnd = System.nanoTime() + options.stallTimeout().toNanos();
    long stallFrom = segment.position();
    while (!segment.isDone()) {
      long position = segment.position();
      chunk.clear().limit((int) Math.min(chunk.capacity(), segment.end() - position));
      int read = read(in, chunk, position);
      if (read < 0) {
        if (segment.end() != Long.MAX_VALUE) {
          throw brokeOff(null, position);
        }
        segment.endHere();
        break;
      }
      if (position + read > options.maxBytes()) {
        throw Download.tooLarge(url, options);
      }
      chunk.flip();
      while (chunk.hasRemaining()) {
        to.write(chunk, position + chunk.position());
      }
      segment.moveTo(position + read);
      tell(known);
      if (System.nanoTime() - stallEnd > 0) {
        if (segment.position() - stallFrom < LEAST_PROGRESS) {
          throw brokeOff(new IOException("it stalls"), segment.position());
        }
        stallEnd = System.nanoTime() + options.stallTimeout().toNanos();
        stallFrom = segment.position();
      }
    }
  }

  /** Fills the chunk, unless that takes so long that nobody would hear of what has come. */
  private int read(BufferedSource in, ByteBuffer chunk, long position) throws PassingException {
    long until = System.nanoTime() + TELLS_EVERY;
    try {
      while (chunk.hasRemaining() && (chunk.position() == 0 || System.nanoTime() < until)) {
        if (in.read(chunk) < 0) {
          return chunk.position() == 0 ? -1 : chunk.position();
        }
      }
      return chunk.position();
    } catch (IOException e) {
      if (chunk.position() > 0) {
        return chunk.position(); // the next read meets it again
      }
      throw brokeOff(e, position);
    }
  }

  private void tell(DownloadState known) {
    Objects.requireNonNull(follower).available(known.prefix());
    long told = toldAt.get();
    long now = System.nanoTime();
    if (now - told >= TELLS_EVERY && toldAt.compareAndSet(told, now)) {
      options.listener().progress(known.held(), known.length());
    }
  }
}
