package io.modelsplitter.file;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.UnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Downloads files over HTTP and HTTPS in constant memory. A file appears under its name whole or
 * not at all. Thread-safe.
 *
 * <pre>{@code
 * boolean ok = new FileDownloader().download("https://example.com/model.tar.gz", "/tmp/m.tar.gz");
 * }</pre>
 */
public final class FileDownloader {
  private static final Logger log = LoggerFactory.getLogger(FileDownloader.class);
  private static final int CHUNK = 4 << 20;

  private static final OkHttpClient HTTP =
      new OkHttpClient.Builder()
          .connectTimeout(Duration.ofSeconds(10))
          .readTimeout(Duration.ofSeconds(60)) // of silence, not of the whole download
          .build();

  private final @Nullable String token;

  /** Downloads without credentials. */
  public FileDownloader() {
    this(null);
  }

  private FileDownloader(@Nullable String token) {
    this.token = token;
  }

  /**
   * Downloads with the Bearer token in {@code MODEL_DOWNLOAD_TOKEN}, if there is one. It goes to
   * the host of the URL only and is dropped on a redirect elsewhere.
   */
  public static FileDownloader fromEnvironment() {
    return from(System.getenv());
  }

  static FileDownloader from(Map<String, String> environment) {
    String token = environment.get("MODEL_DOWNLOAD_TOKEN");
    return new FileDownloader(token == null || token.isBlank() ? null : token.strip());
  }

  /**
   * Downloads a URL to a file; missing folders are made.
   *
   * @return true on success, false on failure; the log says why, {@link #fetch} throws the reason
   */
  public boolean download(String url, String targetPath) {
    try {
      FileDigests digests = fetch(url, Path.of(targetPath));
      log.info("downloaded {} ({} bytes) to {}", shown(url), digests.bytes(), targetPath);
      return true;
    } catch (IOException | InvalidPathException | BadInputException | UnavailableException e) {
      log.error("download of {} failed: {}", shown(url), e.getMessage());
      return false;
    }
  }

  /**
   * Downloads a URL to a file; missing folders are made.
   *
   * @return size and digests of the file, computed on the way
   * @throws BadInputException when the URL is none, or the server says that it has no such file
   * @throws UnavailableException when the server cannot be reached, fails, or breaks off
   * @throws IOException when the file cannot be written
   */
  public FileDigests fetch(String url, Path target) throws IOException {
    HttpUrl parsed = HttpUrl.parse(url);
    if (parsed == null) {
      throw new BadInputException(
          "cannot download " + shown(url) + ": it is not an http or https URL");
    }
    Request.Builder request =
        new Request.Builder().url(parsed).header("Accept-Encoding", "identity");
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    try (Response response = call(request.build(), url)) {
      String encoding = response.header("Content-Encoding", "identity");
      if (response.code() == 200 && !"identity".equalsIgnoreCase(encoding)) {
        throw new BadInputException(
            "cannot download %s: the server sends it encoded as %s"
                .formatted(shown(url), encoding));
      }
      if (response.code() != 200) {
        String message =
            "cannot download " + shown(url) + ": the server answered " + response.code();
        int code = response.code();
        if (code >= 500 || code == 408 || code == 429) {
          throw new UnavailableException(message, null);
        }
        throw new BadInputException(message + "; check the URL and its credentials");
      }
      return save(response, url, target);
    }
  }

  private static Response call(Request request, String url) {
    try {
      return HTTP.newCall(request).execute();
    } catch (IOException e) {
      throw new UnavailableException("cannot download " + shown(url) + ": " + reason(e), e);
    }
  }

  private static FileDigests save(Response response, String url, Path target) throws IOException {
    Digester digester = new Digester();
    byte[] chunk = new byte[CHUNK];
    try (InputStream in = response.body().byteStream();
        AtomicFile file = AtomicFile.create(target)) {
      for (int read = read(in, chunk, url); read > 0; read = read(in, chunk, url)) {
        digester.update(chunk, 0, read);
        file.write(ByteBuffer.wrap(chunk, 0, read));
      }
      file.commit();
    }
    return digester.finish();
  }

  /** Fills the chunk; 0 at the end. Only what the network does is the server's fault. */
  private static int read(InputStream in, byte[] chunk, String url) {
    try {
      return in.readNBytes(chunk, 0, chunk.length);
    } catch (IOException e) {
      throw new UnavailableException("download of " + shown(url) + " broke off: " + reason(e), e);
    }
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  /** The URL without what may be secret: user, password, query and fragment; for messages. */
  public static String shown(String url) {
    HttpUrl parsed = HttpUrl.parse(url);
    if (parsed == null) {
      String cut = url.replaceFirst("[?#].*", "").replaceFirst("//[^/]*@", "//");
      return cut.length() <= 200 ? cut : cut.substring(0, 197) + "...";
    }
    HttpUrl.Builder builder = parsed.newBuilder().username("").password("").fragment(null);
    return builder.query(null).build().toString();
  }
}
