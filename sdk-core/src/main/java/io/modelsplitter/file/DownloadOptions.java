package io.modelsplitter.file;

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
    @Nullable UrlResolver resolver) {}
