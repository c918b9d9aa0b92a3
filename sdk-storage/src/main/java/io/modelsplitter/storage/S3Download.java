package io.modelsplitter.storage;

import io.minio.StatObjectResponse;
import io.modelsplitter.file.FileDigests;
import io.modelsplitter.file.FileDownloader;
import io.modelsplitter.file.UrlResolver;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One download, by a URL that is signed anew for each request, so that it may take longer than one
 * is valid.
 *
 * @param signed makes such a URL
 */
record S3Download(S3Connection connection, Supplier<URI> signed) implements UrlResolver {

  /**
   * Downloads an object.
   *
   * @param stored what the server says of it
   * @param url its {@code s3://} URL
   */
  FileDigests run(StatObjectResponse stored, String url, Path target) throws IOException {
    FileDownloader downloader =
        FileDownloader.builder()
            .connections(connection.connections())
            .connectTimeout(Duration.ofMillis(connection.http().connectTimeoutMillis()))
            .readTimeout(Duration.ofMillis(connection.http().readTimeoutMillis()))
            .resolver(this)
            .build();
    String digest = digest(stored);
    return digest == null ? downloader.fetch(url, target) : downloader.fetch(url, target, digest);
  }

  @Override
  public String scheme() {
    return "s3";
  }

  @Override
  public String resolve(String url, Map<String, String> environment) {
    return signed.get().toString();
  }

  /** The SHA-256 that an upload of ours noted, or the MD5 that the tag of a single part is. */
  private static @Nullable String digest(StatObjectResponse stored) {
    String sha256 = stored.userMetadata().getFirst(S3Manager.SHA256);
    if (sha256 != null && sha256.matches("[0-9a-f]{64}")) {
      return sha256;
    }
    String etag = stored.etag().replace("\"", "");
    boolean isEncrypted = stored.headers().get("x-amz-server-side-encryption") != null;
    return !isEncrypted && etag.matches("[0-9a-f]{32}") ? etag : null;
  }
}
