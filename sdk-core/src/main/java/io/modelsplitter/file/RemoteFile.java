package io.modelsplitter.file;

import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.file.HttpSource.PassingException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.Response;
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

  private final String server;
  private final Set<String> singleRangeServers;

  private RemoteFile(
      String name,
      HttpSource source,
      DownloadOptions options,
      Set<String> singleRangeServers,
      long size,
      String validator) {
    this.name = name;
    this.server = name.replaceFirst("^([^:]+://[^/]*).*", "$1");
    this.singleRangeServers = singleRangeServers;
    this.source = source;
    this.options = options;
    this.size = size;
    this.validator = validator;
  }

  /**
   * A range that a server answers.
   *
   * @param to the byte after the last one
   * @param of how many bytes the whole file has
   */
  record Range(long from, long to, long of) {

    /** Of the header {@code Content-Range}; null where that is none. */
    static @Nullable Range of(@Nullable String contentRange) {
      Matcher range = RANGE.matcher(contentRange == null ? "" : contentRange);
      return range.matches()
          ? new Range(
              Long.parseLong(range.group(1)),
              Long.parseLong(range.group(2)) + 1,
              Long.parseLong(range.group(3)))
          : null;
    }
  }

  /**
   * Asks for the first byte, to hear how many there are.
   *
   * @param singleRangeServers those that answer one range at a time only, as far as it is known
   */
  static RemoteFile open(
      String url, HttpSource source, DownloadOptions options, Set<String> singleRangeServers)
      throws IOException {
    String name = FileDownloader.shown(url);
    Patience patience = new Patience(options);
    while (true) {
      try (Response first = source.range(0, 1, "")) {
        Range range = Range.of(first.header("Content-Range"));
        if (first.code() != 206 || range == null) {
          throw new NoRangesException(
              "%s cannot be read in ranges: the server answered %d; download all of it"
                  .formatted(name, first.code()));
        }
        String validator = HttpSource.validator(first);
        if (validator.isEmpty()) {
          throw new NoRangesException(
              ("%s cannot be read in ranges: the server gives neither a strong ETag nor a"
                      + " Last-Modified, so that it could change meanwhile; download all of it")
                  .formatted(name));
        }
        return new RemoteFile(name, source, options, singleRangeServers, range.of(), validator);
      } catch (PassingException e) {
        patience.failed(e);
      }
    }
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
  public ByteReader open(Stride stride) {
    return sendsRangeSets() && stride.count() > 1 && stride.gap() >= RangeSetReader.LEAST_GAP
        ? new RangeSetReader(this, stride)
        : oneByOne(stride);
  }

  /** Reads a stride with one request for each span, or for all where they lie close together. */
  ByteReader oneByOne(Stride stride) {
    return new StrideReader(stride, this::open, () -> {});
  }

  @Override
  public String toString() {
    return name;
  }

  /** Whether it is worth asking for several ranges at once. */
  boolean sendsRangeSets() {
    return !singleRangeServers.contains(server);
  }

  /** The server has answered something else than what it was asked for. */
  void sendsNoRangeSets() {
    singleRangeServers.add(server);
  }

  DownloadOptions options() {
    return options;
  }

  /** Asks for a range; the answer is of the content that was there when the file was opened. */
  Response ask(long from, long to) throws PassingException {
    Response answer = source.range(from, to, validator);
    if (isSame(answer)
        && new Range(from, to, size).equals(Range.of(answer.header("Content-Range")))) {
      return answer;
    }
    answer.close();
    throw changed("the server ignores ranges: it answered " + answer.code());
  }

  /**
   * Asks for several ranges at once, such as {@code bytes=0-1,8-9}.
   *
   * @return any answer that is not one of another content
   */
  Response askForSet(String ranges) throws PassingException {
    Response answer = source.ranges(ranges, validator);
    if (answer.code() == 206) {
      isSame(answer);
    }
    return answer;
  }

  /**
   * Whether the answer is a range.
   *
   * @throws UnavailableException when it is one of another content, or may be one
   */
  private boolean isSame(Response answer) {
    String now = HttpSource.validator(answer);
    if (answer.code() != 206 || now.equals(validator)) {
      return answer.code() == 206;
    }
    answer.close();
    throw now.isEmpty()
        ? changed("the server no longer says which content it sends, in an ETag or Last-Modified")
        : changed("the server ignores If-Range");
  }

  UnavailableException changed(String reason) {
    return new UnavailableException(
        "%s is not what it was when the job began, or %s".formatted(name, reason), null);
  }

  PassingException brokeOff(long position, @Nullable IOException e) {
    String reason = e == null ? "the server closed the connection" : FileDownloader.reason(e);
    return new PassingException(
        "%s broke off at byte %d: %s".formatted(name, position, reason), Duration.ZERO, e);
  }

  private final class Reader implements ByteReader {
    private final long end;
    private final Patience patience = new Patience(options);
    private long position;
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
        } catch (PassingException e) {
          close();
          patience.failed(e);
        }
      }
    }

    private int readSome(ByteBuffer target) throws PassingException {
      Response open = response == null ? ask(position, end) : response;
      response = open;
      try {
        int read = patience.read(open.body().source(), target);
        if (read > 0) {
          return read;
        }
      } catch (IOException e) {
        throw brokeOff(position, e);
      }
      throw brokeOff(position, null);
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
