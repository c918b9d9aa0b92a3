package io.modelsplitter.storage;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.file.FileDownloader;
import io.modelsplitter.file.UrlResolver;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Lets {@link FileDownloader} download {@code s3://bucket/key}, with the credentials of {@link
 * S3Manager#fromEnvironment()}. Thread-safe.
 */
public final class S3UrlResolver implements UrlResolver {
  private static final Duration VALID = Duration.ofHours(1);

  /** A download asks once for each of its ranges. */
  private final Map<Map<String, String>, S3Manager> managers = new ConcurrentHashMap<>();

  /** For {@link java.util.ServiceLoader}. */
  public S3UrlResolver() {}

  @Override
  public String scheme() {
    return "s3";
  }

  @Override
  public String resolve(String url, Map<String, String> environment) {
    try {
      URI uri = new URI(url);
      String path = uri.getPath();
      boolean isWhole =
          uri.getQuery() == null && uri.getFragment() == null; // else it asks for more
      if (isWhole && uri.getAuthority() != null && path != null && path.length() > 1) {
        S3Manager s3 = managers.computeIfAbsent(environment, S3Manager::from);
        return s3.presignedDownloadUrl(uri.getAuthority(), path.substring(1), VALID).toString();
      }
    } catch (URISyntaxException e) {
      // said below
    }
    throw new BadInputException(
        "an S3 URL must be s3://bucket/key, with ? as %3F and # as %23 in the key, not "
            + FileDownloader.shown(url));
  }
}
