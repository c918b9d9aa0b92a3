package io.modelsplitter.file;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.file.HttpSource.PassingException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.Response;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;

/**
 * A file on a server, of which ranges are asked for. What breaks off is asked for again from the
 * first byte that is missing; a file that changes is refused.
 */
final class RemoteFile implements ByteSource {
  private static final Pattern RANGE = Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18})");

  private final String name;
  private final HttpSource source;
  private final DownloadOptions options;
  private final long size;
  private final String validator;

  private RemoteFile(
      String name, HttpSource source, DownloadOptions options, long size, String validator) {
    this.name = name;
    this.source = source;
    this.options = options;
    this.size = size;
    this.validator = validator;
  }

  /** Asks for the first byte, to hear how many there are. */
  static RemoteFile open(String url, HttpSource source, DownloadOptions options)
      throws IOException {
    String name = FileDownloader.shown(url);
    for (int failures = 1; ; failures++) {
      try (Response first = source.range(0, 1, "")) {
        Matcher range = RANGE.matcher(String.valueOf(first.header("Content-Range", "")));
        if (first.code() != 206 || !range.matches()) {
          throw new BadInputException(
              name
                  + " cannot be read in ranges: the server answered "
                  + first.code()
                  + "; download all of it");
        }
        long size = Long.parseLong(range.group(3));
        return new RemoteFile(name, source, options, size, HttpSource.validator(first));
      } catch (PassingException e) {
        giveUpOrPause(options, failures, e);
      }
    }
  }

  private static void giveUpOrPause(DownloadOptions options, int failures, PassingException e)
      throws InterruptedIOException {
    if (failures >= options.attempts()) {
      throw new UnavailableException(String.valueOf(e.getMessage()), e);
    }
    RetryPause.sleep(options, failures, e.wait);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public String version() {
    return size + " " + validator;
  }

  @Override
  public ByteReader open(long from, long to) {
    return new Reader(from, to);
  }

  @Override
  public String toString() {
    return name;
  }

  private final class Reader implements ByteReader {
    private final long end;
    private long position;
    private int failures;
    private @Nullable Response response;

    Reader(long from, long to) {
      this.position = from;
      this.end = to;
    }

    @Override
    public void read(ByteBuffer target) throws IOException {
      if (target.remaining() > end - position) {
        throw new EOFException(name + " is asked for bytes after " + end);
      }
      while (target.hasRemaining()) {
        try {
          position += readSome(target);
          failures = 0;
        } catch (PassingException e) {
          close();
          if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("the download was interrupted");
          }
          failures++;
          giveUpOrPause(options, failures, e);
        }
      }
    }

    private int readSome(ByteBuffer target) throws PassingException {
      try {
        Response open = response == null ? ask() : response;
        response = open;
        BufferedSource body = open.body().source();
        int read = body.read(target);
        if (read > 0) {
          return read;
        }
        throw brokeOff("the server closed the connection", null);
      } catch (PassingException e) {
        throw e;
      } catch (IOException e) {
        throw brokeOff(FileDownloader.reason(e), e);
      }
    }

    private PassingException brokeOff(String reason, @Nullable IOException e) {
      return new PassingException(
          "%s broke off at byte %d: %s".formatted(name, position, reason), Duration.ZERO, e);
    }

    private Response ask() throws PassingException {
      Response answer = source.range(position, end, validator);
      Matcher range = RANGE.matcher(String.valueOf(answer.header("Content-Range", "")));
      String now = HttpSource.validator(answer);
      boolean isRange = answer.code() == 206 && range.matches();
      if (isRange
          && Long.parseLong(range.group(1)) == position
          && Long.parseLong(range.group(2)) == end - 1
          && Long.parseLong(range.group(3)) == size
          && (now.isEmpty() || validator.isEmpty() || now.equals(validator))) {
        return answer;
      }
      answer.close();
      throw new UnavailableException(
          "%s is not what it was when the job began, or the server ignores ranges: it answered %d"
              .formatted(name, answer.code()),
          null);
    }

    @Override
    public void close() {
      if (response != null) {
        response.close();
        response = null;
      }
    }
  }
}
