package io.modelsplitter.file;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.UnavailableException;
import java.io.IOException;
import java.net.Proxy;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import okhttp3.Call;
import okhttp3.EventListener;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Asks for a file or a range of it: follows redirects, and tells what a status means. */
final class HttpSource {
  private static final OkHttpClient CLIENT =
      new OkHttpClient.Builder()
          .followRedirects(false)
          .followSslRedirects(false)
          .retryOnConnectionFailure(false)
          .build();

  private static final Duration LONGEST_WAIT = Duration.ofMinutes(2);

  private final Supplier<String> urls;
  private final @Nullable String token;
  private final DownloadOptions options;
  private final OkHttpClient client;
  private final Set<Call> running = ConcurrentHashMap.newKeySet();
  private volatile boolean isCancelled;

  /**
   * @param urls where the file is now
   * @param token for the first host
   */
  HttpSource(Supplier<String> urls, @Nullable String token, DownloadOptions options) {
    this.urls = urls;
    this.token = token;
    this.options = options;
    OkHttpClient.Builder builder =
        CLIENT
            .newBuilder()
            .connectTimeout(options.connectTimeout())
            .readTimeout(options.readTimeout())
            .eventListener(new Ended());
    if (options.refusesLocalAddresses()) { // a proxy would look the name up itself
      builder.dns(new AddressPolicy()).proxy(Proxy.NO_PROXY);
    }
    this.client = builder.build();
  }

  /** The server is busy, fails or breaks off: the same again may work. */
  static final class PassingException extends IOException {
    /** How long the server asks to wait; zero where it does not say. */
    final transient Duration wait;

    PassingException(String message, Duration wait, @Nullable Throwable cause) {
      super(message, cause);
      this.wait = wait;
    }
  }

  /**
   * Asks for the bytes from a position on.
   *
   * @param validator of the content that the range is to be of; else the whole is answered
   * @return 200 with the whole, 206, or 416
   * @throws PassingException when it may be tried again
   * @throws BadInputException when it need not
   */
  Response get(long from, long end, String validator) throws PassingException {
    return get(validator.isEmpty() ? "" : range(from, end), validator);
  }

  /**
   * Asks for a range and nothing else.
   *
   * @param validator as in {@link #get}; empty where nothing is known of the content
   * @return 206 where the server sends ranges
   */
  Response range(long from, long end, String validator) throws PassingException {
    return get(range(from, end), validator);
  }

  /** As {@link #range}, for what a {@code Range} header says. */
  Response ranges(String ranges, String validator) throws PassingException {
    return get(ranges, validator);
  }

  private static String range(long from, long end) {
    return "bytes=" + from + "-" + (end == Long.MAX_VALUE ? "" : String.valueOf(end - 1));
  }

  private Response get(String range, String validator) throws PassingException {
    String url = urls.get();
    HttpUrl next = HttpUrl.parse(url);
    if (next == null) {
      throw new BadInputException(
          "cannot download " + FileDownloader.shown(url) + ": it is not an http or https URL");
    }
    HttpUrl first = next;
    for (int redirects = 0; ; redirects++) {
      if (options.refusesLocalAddresses()) {
        AddressPolicy.check(next);
      }
      Request.Builder request =
          new Request.Builder().url(next).header("Accept-Encoding", "identity");
      if (token != null && isSameHost(first, next)) {
        request.header("Authorization", "Bearer " + options.token());
      }
      if (!range.isEmpty()) {
        request.header("Range", range);
      }
      if (!validator.isEmpty()) {
        request.header("If-Range", validator);
      }
      Response response = call(request.build());
      if (!response.isRedirect()) {
        return checked(response, next);
      }
      response.close();
      next = redirected(response, next, redirects);
    }
  }

  private HttpUrl redirected(Response response, HttpUrl from, int redirects) {
    String location = response.header("Location");
    HttpUrl next = location == null ? null : from.resolve(location);
    String message = "cannot download " + FileDownloader.shown(from.toString()) + ": ";
    if (next == null) {
      throw new BadInputException(message + "it is redirected to no http or https URL");
    }
    if (redirects == options.redirects()) {
      throw new BadInputException(message + "it is redirected more than " + redirects + " times");
    }
    if (from.isHttps() && !next.isHttps()) {
      throw new BadInputException(message + "it is redirected from https to http");
    }
    return next;
  }

  private static boolean isSameHost(HttpUrl one, HttpUrl other) {
    return one.host().equals(other.host())
        && one.port() == other.port()
        && one.scheme().equals(other.scheme());
  }

  private Response call(Request request) throws PassingException {
    Call call = client.newCall(request);
    running.add(call);
    try {
      if (isCancelled) {
        call.cancel();
      }
      return call.execute();
    } catch (AddressPolicy.RefusedException e) {
      throw new BadInputException(String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw passing(request.url(), FileDownloader.reason(e), e);
    }
  }

  /** Forgets a request when its answer was read or given up. */
  private final class Ended extends EventListener {
    @Override
    public void callEnd(Call call) {
      running.remove(call);
    }

    @Override
    public void callFailed(Call call, IOException e) {
      running.remove(call);
    }
  }

  private static PassingException passing(HttpUrl url, String reason, @Nullable IOException e) {
    return new PassingException(
        "cannot download " + FileDownloader.shown(url.toString()) + ": " + reason,
        Duration.ZERO,
        e);
  }

  private static Response checked(Response response, HttpUrl url) throws PassingException {
    int code = response.code();
    if (code == 200 || code == 206 || code == 416) {
      String encoding = response.header("Content-Encoding", "identity");
      if (code == 200 && !"identity".equalsIgnoreCase(encoding)) {
        response.close();
        throw new BadInputException(
            "cannot download %s: the server sends it encoded as %s"
                .formatted(FileDownloader.shown(url.toString()), encoding));
      }
      return response;
    }
    response.close();
    String message =
        "cannot download %s: the server answered %d"
            .formatted(FileDownloader.shown(url.toString()), code);
    if (code >= 500 || code == 408 || code == 425 || code == 429) {
      throw new PassingException(message, retryAfter(response), null);
    }
    if (code == 404 || code == 410) {
      throw new MissingFileException(message + "; check the URL");
    }
    throw new BadInputException(message + "; check the URL and its credentials");
  }

  /** {@code Retry-After} in seconds or as a date (RFC 9110), within reason. */
  private static Duration retryAfter(Response response) {
    String text = response.header("Retry-After", "");
    Duration wait = Duration.ZERO;
    if (text != null && text.matches("[0-9]{1,9}")) {
      wait = Duration.ofSeconds(Long.parseLong(text));
    } else if (text != null && !text.isEmpty()) {
      try {
        Instant then = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
        wait = Duration.between(Instant.now(), then);
      } catch (DateTimeException e) {
        // neither; then as if it were not there
      }
    }
    return wait.isNegative()
        ? Duration.ZERO
        : wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
  }

  /**
   * What tells this content from another one later: a strong {@code ETag}, or the time of its last
   * change; empty where there is neither, or it is too long to be kept.
   */
  static String validator(Response response) {
    String etag = response.header("ETag", "");
    String validator =
        etag != null && !etag.isEmpty() && !etag.startsWith("W/") ? etag : lastModified(response);
    return DownloadState.canKeep(validator) ? validator : "";
  }

  /** A time tells contents apart only when no other change can fall into its second (RFC 9110). */
  private static String lastModified(Response response) {
    Instant modified = response.headers().getInstant("Last-Modified");
    Instant now = response.headers().getInstant("Date");
    return modified == null || (now != null && now.isBefore(modified.plusSeconds(1)))
        ? ""
        : String.valueOf(response.header("Last-Modified"));
  }

  /** Ends every request that is under way, and every later one. */
  void cancel() {
    isCancelled = true;
    running.forEach(Call::cancel);
  }

  /** What went wrong for good, as the caller is to see it. */
  static UnavailableException unavailable(PassingException e) {
    return new UnavailableException(String.valueOf(e.getMessage()), e);
  }
}
