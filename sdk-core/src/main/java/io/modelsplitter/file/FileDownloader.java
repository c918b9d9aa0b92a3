package io.modelsplitter.file;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.Problems;
import io.modelsplitter.error.UnavailableException;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Downloads files over HTTP and HTTPS, and from {@code s3://bucket/key} where {@code
 * model-splitter-sdk-storage} is on the class path, in constant memory. Thread-safe.
 *
 * <pre>{@code
 * boolean ok = new FileDownloader().download("https://example.com/model.tar.gz", "/tmp/m.tar.gz");
 * }</pre>
 *
 * <p>A file appears under its name whole or not at all. What a download that breaks off has brought
 * stays in hidden files beside it, and the next one goes on from there, in another process too, if
 * the server still has the same content and this machine was not restarted. A large file comes in
 * several ranges side by side where the server has them. What may pass (408, 425, 429, 5xx, a
 * connection that breaks or stalls) is tried again, until five attempts in a row have brought
 * nothing. The file is not forced to the disk: after a failure of the machine it has to be checked.
 */
public final class FileDownloader {
  private static final Logger log = LoggerFactory.getLogger(FileDownloader.class);

  private final DownloadOptions options;

  /**
   * Servers that turned out to answer one range at a time only; of a model all files lie on one.
   */
  private final Set<String> singleRangeServers = ConcurrentHashMap.newKeySet();

  /** Downloads without credentials, with the defaults of the {@link Builder}. */
  public FileDownloader() {
    this(builder());
  }

  private FileDownloader(Builder builder) {
    this.options =
        new DownloadOptions(
            builder.token,
            builder.environment,
            builder.maxBytes,
            builder.refusesLocalAddresses,
            builder.redirects,
            builder.attempts,
            builder.connections,
            builder.connectTimeout,
            builder.readTimeout,
            builder.stallTimeout,
            builder.pause,
            builder.listener,
            builder.resolver);
  }

  /**
   * Begins a downloader with more to say than nothing.
   *
   * @return a builder with the defaults
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Downloads with the Bearer token in {@code MODEL_DOWNLOAD_TOKEN}, if there is one, and with the
   * S3 credentials of the environment. The token goes to the host of the URL only, and is dropped
   * on a redirect elsewhere. With {@code MODEL_DOWNLOAD_REFUSE_LOCAL} set to {@code true}, as by
   * {@link Builder#refuseLocalAddresses}.
   *
   * @return the downloader
   */
  public static FileDownloader fromEnvironment() {
    return fromEnvironment((bytes, total) -> {});
  }

  /**
   * As {@link #fromEnvironment()}, with somebody who hears how far a download is.
   *
   * @param listener called by the threads that download
   * @return the downloader
   */
  public static FileDownloader fromEnvironment(DownloadListener listener) {
    return builder().environment(System.getenv()).listener(listener).build();
  }

  /**
   * Downloads a URL to a file, in chunks of 4 MB; missing folders are made.
   *
   * @param url http or https, or of a scheme that a {@link UrlResolver} knows
   * @param targetPath the file to write, by its path
   * @return true on success, false on failure; the log says why, {@link #fetch} throws the reason
   */
  public boolean download(String url, String targetPath) {
    try {
      Download.Result result = download(url, Path.of(targetPath)).run(List.of());
      log.info("downloaded {} ({} bytes) to {}", shown(url), result.bytes(), targetPath);
      return true;
    } catch (IOException | InvalidPathException | BadInputException | UnavailableException e) {
      log.error("download of {} failed: {}", shown(url), Problems.describe(e));
      return false;
    }
  }

  /**
   * Downloads a URL to a file; missing folders are made.
   *
   * @param url http or https, or of a scheme that a {@link UrlResolver} knows
   * @param target the file to write; one that is there is replaced
   * @return size and digests of the file, computed while it comes
   * @throws BadInputException when the URL is none, the server says that it has no such file, or
   *     the file is not what the server says that it is
   * @throws UnavailableException when the server cannot be reached, fails, or breaks off
   * @throws IOException when the file cannot be written, or there is no room for it
   */
  public FileDigests fetch(String url, Path target) throws IOException {
    return digests(download(url, target).run(List.of("MD5", "SHA-256")));
  }

  /**
   * As {@link #fetch(String, Path)}, for a file that has this digest; another one is refused.
   *
   * @param url http or https, or of a scheme that a {@link UrlResolver} knows
   * @param target the file to write; one that is there is replaced
   * @param digest an MD5 or a SHA-256 in hex
   * @return size and digests of the file
   * @throws IOException as {@link #fetch(String, Path)}
   */
  public FileDigests fetch(String url, Path target, String digest) throws IOException {
    Download download = download(url, target);
    if (!digest.matches("(?i)[0-9a-f]{32}|[0-9a-f]{64}")) {
      throw new BadInputException("a digest must be an MD5 or a SHA-256 in hex, not " + digest);
    }
    download.expect(digest.length() == 32 ? "MD5" : "SHA-256", digest.toLowerCase(Locale.ROOT));
    return digests(download.run(List.of("MD5", "SHA-256")));
  }

  /**
   * Opens a file of which ranges are to be read, without downloading it.
   *
   * @param url http or https, or of a scheme that a {@link UrlResolver} knows
   * @return the file, which is asked for anew with each range
   * @throws IOException when the answer cannot be read
   * @throws BadInputException when the server has no such file, or does not send ranges
   * @throws UnavailableException when the server cannot be reached or fails
   */
  public ByteSource open(String url) throws IOException {
    boolean isHttp = url.regionMatches(true, 0, "http", 0, 4); // a signed URL has its own key
    HttpSource source = new HttpSource(source(url), isHttp ? options.token() : null, options);
    return RemoteFile.open(url, source, options, singleRangeServers);
  }

  private static FileDigests digests(Download.Result result) {
    return new FileDigests(
        result.bytes(),
        Objects.requireNonNull(result.digests().get("MD5")),
        Objects.requireNonNull(result.digests().get("SHA-256")));
  }

  private Download download(String url, Path target) throws IOException {
    return new Download(url, source(url), target, options);
  }

  private Supplier<String> source(String url) {
    String scheme = url.replaceFirst(":.*", "").toLowerCase(Locale.ROOT);
    if (scheme.equals("http") || scheme.equals("https")) {
      return () -> url;
    }
    UrlResolver own = options.resolver();
    if (own != null && own.scheme().equals(scheme)) {
      return () -> own.resolve(url, options.environment());
    }
    for (UrlResolver resolver : ServiceLoader.load(UrlResolver.class)) {
      if (resolver.scheme().equals(scheme)) {
        return () -> resolver.resolve(url, options.environment());
      }
    }
    throw new BadInputException(
        "cannot download "
            + shown(url)
            + (scheme.equals("s3")
                ? ": for s3 URLs model-splitter-sdk-storage must be on the class path"
                : ": it is not an http or https URL"));
  }

  static String reason(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  /**
   * {@return the URL without what may be secret: user, password, query and fragment; for messages}
   *
   * @param url any text, a URL or not
   */
  public static String shown(String url) {
    HttpUrl parsed = HttpUrl.parse(url);
    if (parsed == null) {
      String cut = url.replaceFirst("[?#].*", "").replaceFirst("//[^/]*@", "//");
      return cut.length() <= 200 ? cut : cut.substring(0, 197) + "...";
    }
    HttpUrl.Builder builder = parsed.newBuilder().username("").password("").fragment(null);
    return builder.query(null).build().toString();
  }

  /** Collects what a downloader needs. For one thread. */
  public static final class Builder {
    private @Nullable String token;
    private Map<String, String> environment = Map.of();
    private long maxBytes = Long.MAX_VALUE;
    private boolean refusesLocalAddresses;
    private int redirects = 10;
    private int attempts = 5;
    private int connections = 4;
    private Duration connectTimeout = Duration.ofSeconds(10);
    private Duration readTimeout = Duration.ofSeconds(30);
    private Duration stallTimeout = Duration.ofSeconds(60);
    private Duration pause = Duration.ofMillis(500);
    private DownloadListener listener = (bytes, total) -> {};
    private @Nullable UrlResolver resolver;

    private Builder() {}

    /**
     * A Bearer token for the host of the URL, or null.
     *
     * @param token without {@code Bearer}; null for none
     * @return this builder
     * @throws BadInputException when no header can hold it; the message does not show it
     */
    public Builder token(@Nullable String token) {
      String stripped = token == null ? "" : token.strip();
      if (!stripped.matches("[\\x21-\\x7e]*")) { // no header can hold it
        throw new BadInputException(
            "the token for downloads must be visible ASCII characters without blanks;"
                + " check MODEL_DOWNLOAD_TOKEN, or what was read with it");
      }
      this.token = stripped.isEmpty() ? null : stripped;
      return this;
    }

    /**
     * Takes what {@link FileDownloader#fromEnvironment()} names from these variables.
     *
     * @param environment the variables by their names, as {@link System#getenv()} gives them
     * @return this builder
     */
    public Builder environment(Map<String, String> environment) {
      this.environment = Map.copyOf(environment);
      this.refusesLocalAddresses = "true".equals(environment.get("MODEL_DOWNLOAD_REFUSE_LOCAL"));
      return token(environment.get("MODEL_DOWNLOAD_TOKEN"));
    }

    /**
     * Refuses a file that is larger; any size is taken by default.
     *
     * @param maxBytes in bytes, 0 or more
     * @return this builder
     */
    public Builder maxBytes(long maxBytes) {
      this.maxBytes = maxBytes;
      return this;
    }

    /**
     * Refuses loopback, link-local and metadata addresses, also those that a redirect leads to. For
     * URLs from somebody who is not to reach what this machine reaches.
     *
     * @return this builder
     */
    public Builder refuseLocalAddresses() {
      this.refusesLocalAddresses = true;
      return this;
    }

    /**
     * How many redirects are followed; 10 by default.
     *
     * @param redirects 0 refuses each
     * @return this builder
     */
    public Builder redirects(int redirects) {
      this.redirects = redirects;
      return this;
    }

    /**
     * After how many attempts in a row without a byte to give up; 5 by default, 1 or more.
     *
     * @param attempts how many at most, 1 or more
     * @return this builder
     */
    public Builder attempts(int attempts) {
      this.attempts = Math.max(1, attempts);
      return this;
    }

    /**
     * How many ranges of a large file come side by side; 4 by default, at most 64.
     *
     * @param connections how many at most, 1 or more
     * @return this builder
     */
    public Builder connections(int connections) {
      this.connections = Math.max(1, Math.min(64, connections));
      return this;
    }

    /**
     * How long a connection may take to be there; 10 seconds by default.
     *
     * @param connectTimeout how long at most, from a millisecond to a day
     * @return this builder
     */
    public Builder connectTimeout(Duration connectTimeout) {
      this.connectTimeout = connectTimeout;
      return this;
    }

    /**
     * How long the server may say nothing; 30 seconds by default.
     *
     * @param readTimeout how long at most, from a millisecond to a day
     * @return this builder
     */
    public Builder readTimeout(Duration readTimeout) {
      this.readTimeout = readTimeout;
      return this;
    }

    /**
     * How long the server may say next to nothing (16 KB); 60 seconds by default.
     *
     * @param stallTimeout how long at most, from a millisecond to a day
     * @return this builder
     */
    public Builder stallTimeout(Duration stallTimeout) {
      this.stallTimeout = stallTimeout;
      return this;
    }

    /**
     * The first pause before another attempt, which doubles; half a second by default.
     *
     * @param pause how long, from zero to a day
     * @return this builder
     */
    public Builder pause(Duration pause) {
      this.pause = pause;
      return this;
    }

    /**
     * Resolves URLs of its scheme, before those that are on the class path.
     *
     * @param resolver goes before another one of its scheme
     * @return this builder
     */
    public Builder resolver(UrlResolver resolver) {
      this.resolver = resolver;
      return this;
    }

    /**
     * Hears how far a download is.
     *
     * @param listener called by the threads that download
     * @return this builder
     */
    public Builder listener(DownloadListener listener) {
      this.listener = listener;
      return this;
    }

    /**
     * {@return the downloader}
     *
     * @throws BadInputException names the setting that is out of its range
     */
    public FileDownloader build() {
      return new FileDownloader(this);
    }
  }
}
