package io.modelsplitter.registry.client;

import io.modelsplitter.error.AccessDeniedException;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.ConflictException;
import io.modelsplitter.error.ModelSplitterException;
import io.modelsplitter.error.NotFoundException;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.error.UpstreamException;
import io.modelsplitter.error.VersionConflictException;
import io.modelsplitter.json.Json;
import io.modelsplitter.query.Update;
import io.modelsplitter.registry.Deadline;
import io.modelsplitter.registry.Stored;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import okhttp3.ConnectionPool;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Sends to one registry, repeats what is safe to repeat, opens the envelope, and throws what the
 * caller can act on. Thread-safe; all registries share one connection pool.
 */
final class RegistryHttp {
  private static final MediaType JSON = MediaType.get("application/json");

  /** So long at most is waited because a busy registry asks for it. */
  private static final long MAX_PAUSE_SECONDS = 10;

  private static final long MAX_ANSWER = 64 << 20;

  /** One for each call, however often it is repeated. */
  private static final String REQUEST_ID = "X-Request-Id";

  private static final OkHttpClient HTTP =
      new OkHttpClient.Builder()
          .connectionPool(new ConnectionPool(8, 20, TimeUnit.SECONDS)) // servers close after 30
          .retryOnConnectionFailure(false) // it repeats what is not safe to repeat, too
          .followSslRedirects(false) // nothing that was meant for https goes out in the clear
          .build();

  /** Doing these twice is doing them once; {@code $inc} or {@code $push} is not among them. */
  private static final Set<String> REPEATABLE =
      Set.of("$set", "$unset", "$min", "$max", "$addToSet", "$pull", "$pullAll", "$setOnInsert");

  private final OkHttpClient client;
  private final String what;
  private final HttpUrl base;
  private final String place;
  private final ClientSettings settings;

  /**
   * @param what the registry's name for messages
   */
  RegistryHttp(String what, ClientSettings settings) {
    this(what, settings, settings.timeout());
  }

  /**
   * @param silence how long the registry may be silent
   */
  private RegistryHttp(String what, ClientSettings settings, Duration silence) {
    String url = settings.url();
    HttpUrl parsed = HttpUrl.parse(url);
    if (parsed == null) {
      throw new BadInputException(
          "the URL of the " + what + " must be an http or https URL, not " + Json.show(url));
    }
    this.client =
        HTTP.newBuilder() // which shares the pool
            .connectTimeout(settings.connectTimeout())
            .readTimeout(silence)
            .writeTimeout(settings.timeout())
            .build();
    this.what = what;
    this.base = parsed;
    this.place = shown(parsed);
    this.settings = settings;
  }

  /** The same registry, for calls that may take at least this long to be answered. */
  RegistryHttp patient(Duration patience) {
    boolean longer = patience.compareTo(settings.timeout()) > 0;
    return new RegistryHttp(what, settings, longer ? patience : settings.timeout());
  }

  /** Whether doing the update twice is the same as doing it once. */
  static boolean isRepeatable(Update update) {
    return REPEATABLE.containsAll(update.toMap().keySet());
  }

  /** A URL below the base; ids among the segments must be valid ones. */
  HttpUrl.Builder url(String... segments) {
    HttpUrl.Builder builder = base.newBuilder().query(null).fragment(null);
    for (String segment : segments) {
      builder.addPathSegment(segment);
    }
    return builder;
  }

  /** An answer: its status, its headers and the object that is its body. */
  record Answer(int status, Headers headers, Map<String, Object> body) {

    /** The object {@code data} of the envelope; empty where there is none. */
    @SuppressWarnings("unchecked") // Json makes no other map
    Map<String, Object> data() {
      return body.get("data") instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
    }

    /** The version is the {@code ETag}; 0 and the epoch where a service does not tell. */
    <T> Stored<T> stored(T value) {
      String etag = headers.get("ETag");
      String digits = etag == null ? "" : etag.replaceAll("[^0-9]", "");
      Instant modified = headers.getInstant("Last-Modified");
      return new Stored<>(
          value,
          digits.isEmpty() || digits.length() > 18 ? 0 : Long.parseLong(digits),
          modified == null ? Instant.EPOCH : modified);
    }
  }

  /**
   * One call, with a small answer.
   *
   * @param repeatable whether doing it twice is the same as doing it once
   * @param id the id that the call is about, for the exceptions
   */
  Answer call(
      String method, HttpUrl url, @Nullable Map<String, ?> body, boolean repeatable, String id) {
    return call(method, url, body, Headers.of(), repeatable, id);
  }

  /** As above, with headers. */
  Answer call(
      String method,
      HttpUrl url,
      @Nullable Map<String, ?> body,
      Headers headers,
      boolean repeatable,
      String id) {
    Answer answer = callBare(method, url, body, headers, repeatable, id);
    if (Boolean.FALSE.equals(answer.body().get("success"))) {
      throw failure(answer.status(), answer.body(), id, "");
    }
    return answer;
  }

  /** As above, where a success has no envelope: its body is the record itself. */
  Answer callBare(
      String method,
      HttpUrl url,
      @Nullable Map<String, ?> body,
      Headers headers,
      boolean repeatable,
      String id) {
    return exchange(
        request(method, url, body, headers),
        () -> repeatable,
        response -> {
          Map<String, Object> answer = envelope(response);
          if (!response.isSuccessful()) {
            throw failure(response.code(), answer, id, requestId(response));
          }
          return new Answer(response.code(), response.headers(), answer);
        });
  }

  /** What to do with a response whose status is known. */
  interface Reader<T> {
    T read(Response response) throws IOException;
  }

  /**
   * One call whose answer the reader takes while it arrives; it checks the status itself.
   *
   * @param repeatable whether doing it again is still safe
   */
  <T> T exchange(
      String method,
      HttpUrl url,
      @Nullable Map<String, ?> body,
      BooleanSupplier repeatable,
      Reader<T> reader) {
    return exchange(request(method, url, body, Headers.of()), repeatable, reader);
  }

  private <T> T exchange(Request request, BooleanSupplier repeatable, Reader<T> reader) {
    for (int attempt = 1; ; attempt++) {
      Deadline.check();
      long asked = 0;
      boolean last = attempt > settings.retries();
      try (Response response = client.newCall(request).execute()) {
        if (response.isRedirect()) {
          throw moved(response);
        }
        if (last || !isBusy(response.code(), repeatable.getAsBoolean())) {
          return reader.read(response);
        }
        asked = retryAfter(response);
      } catch (IOException e) {
        boolean neverSent = e instanceof ConnectException || e instanceof UnknownHostException;
        if (last || !(repeatable.getAsBoolean() || neverSent)) {
          throw new UnavailableException(
              "cannot reach the " + what + " at " + place + ": " + e.getMessage(), e);
        }
      }
      pause(attempt, asked);
    }
  }

  /**
   * A redirect that was not followed: from https to http or back, to nowhere, or round and round.
   */
  private BadInputException moved(Response response) {
    HttpUrl to = response.request().url().resolve(String.valueOf(response.header("Location", "")));
    return new BadInputException(
        "the %s at %s answered %d and points to %s; give the URL at which it is"
            .formatted(what, place, response.code(), to == null ? "nowhere" : shown(to)));
  }

  private static String shown(HttpUrl url) {
    return url.newBuilder().username("").password("").query(null).build().toString();
  }

  /** The exception for a failed answer. */
  ModelSplitterException failure(Response response, String id) throws IOException {
    return failure(response.code(), envelope(response), id, requestId(response));
  }

  /** What the service calls the request in its log, as far as it says. */
  private static String requestId(Response response) {
    String answered = response.header(REQUEST_ID, "");
    String sent = response.request().header(REQUEST_ID);
    return answered != null && answered.matches("[A-Za-z0-9._-]{1,128}")
        ? answered
        : String.valueOf(sent);
  }

  private Request request(
      String method, HttpUrl url, @Nullable Map<String, ?> body, Headers headers) {
    RequestBody sent = body == null ? null : RequestBody.create(Json.writeBytes(body), JSON);
    Request.Builder request = new Request.Builder().url(url).headers(headers).method(method, sent);
    request.header(REQUEST_ID, UUID.randomUUID().toString());
    if (settings.token() != null) {
      request.header("Authorization", "Bearer " + settings.token());
    }
    return request.build();
  }

  private Map<String, Object> envelope(Response response) throws IOException {
    byte[] text = response.peekBody(MAX_ANSWER).bytes();
    try {
      return Json.parseObject("the answer of the " + what, text);
    } catch (BadInputException e) {
      if (response.code() >= 400) {
        return Map.of(); // a proxy's page; its status says enough
      }
      throw unreadable(response, e);
    }
  }

  /** A success that is not the registry's own: of a proxy, or of another service. */
  UnavailableException unreadable(Response response, BadInputException e) {
    return new UnavailableException(
        "the %s at %s answered %d with something else than its JSON"
            .formatted(what, place, response.code()),
        e);
  }

  /**
   * @param requestId what a failure of the service itself is named by
   */
  private ModelSplitterException failure(
      int status, Map<String, Object> envelope, String id, String requestId) {
    Object text = envelope.getOrDefault("error", envelope.get("message"));
    String answered = "the " + what + " answered " + status;
    String message = text instanceof String error ? error : answered;
    if (status >= 500 && !message.contains(requestId)) {
      message += " (request " + requestId + ")";
    }
    return switch (status) {
      case 401, 403 -> new AccessDeniedException(message);
      case 404 ->
          envelope.isEmpty() // not the registry's own answer, so what is behind it is away
              ? new UnavailableException(answered + " with something else than its JSON", null)
              : new NotFoundException(message, id);
      case 412 -> new VersionConflictException(message, id, stored(envelope));
      case 409 -> new ConflictException(message, id, stored(envelope));
      case 502 ->
          text instanceof String // else it is a proxy's, and what is behind it is away
              ? new UpstreamException(message, null)
              : new UnavailableException(message, null);
      default ->
          status == 429 || status >= 500
              ? new UnavailableException(
                  message.startsWith(answered) ? message : answered + ": " + message, null)
              : new BadInputException(message);
    };
  }

  @SuppressWarnings("unchecked") // Json makes no other map
  private static Map<String, Object> stored(Map<String, Object> envelope) {
    return envelope.get("data") instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
  }

  /**
   * A 429 was refused before anything was done. A 502, 503 or 504 does not tell: a proxy or a
   * database may have gone away after the call was done.
   */
  private static boolean isBusy(int status, boolean repeatable) {
    return status == 429 || (repeatable && (status == 502 || status == 503 || status == 504));
  }

  /** How many seconds a busy registry asks to wait; 0 where it does not say. */
  private static long retryAfter(Response response) {
    String header = response.header("Retry-After", "");
    return header != null && header.matches("[0-9]{1,9}")
        ? Math.min(Long.parseLong(header), MAX_PAUSE_SECONDS)
        : 0;
  }

  private void pause(int attempt, long askedSeconds) {
    try {
      long most = 100L << Math.min(attempt, 6);
      long own = most / 2 + ThreadLocalRandom.current().nextLong(most / 2);
      Thread.sleep(Math.max(own, askedSeconds * 1_000));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnavailableException("interrupted while waiting for the " + what, e);
    }
  }
}
