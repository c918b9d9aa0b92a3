package io.modelsplitter.file;

import io.modelsplitter.error.BadInputException;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What {@link FileDownloader.Builder} collects. */
record DownloadOptions(
    @Nullable String token,
    Map<String, String> environment,
    long maxBytes,
    boolean refusesLocalAddresses,
    int redirects,
    int attempts,
    int connections,
    Duration connectTimeout,
    Duration readTimeout,
    Duration stallTimeout,
    Duration pause,
    DownloadListener listener,
    @Nullable UrlResolver resolver) {

  DownloadOptions {
    check("connectTimeout", connectTimeout, 1);
    check("readTimeout", readTimeout, 1);
    check("stallTimeout", stallTimeout, 1);
    check("pause", pause, 0);
    if (maxBytes < 0 || redirects < 0) {
      throw new BadInputException(
          "maxBytes and redirects must be 0 or more, not %d and %d".formatted(maxBytes, redirects));
    }
  }

  private static void check(String name, Duration value, long leastMillis) {
    if (value.compareTo(Duration.ofMillis(leastMillis)) < 0
        || value.compareTo(Duration.ofDays(1)) > 0) {
      throw new BadInputException(
          "%s must be from %d ms to a day, not %s".formatted(name, leastMillis, value));
    }
  }
}
