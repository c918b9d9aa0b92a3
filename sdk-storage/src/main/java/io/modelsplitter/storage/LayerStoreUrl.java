package io.modelsplitter.storage;

import io.modelsplitter.error.BadInputException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Path;
import java.util.Map;

/** Opens the store that {@code LAYER_STORE_URL} names. */
final class LayerStoreUrl {
  private static final String VARIABLE = "LAYER_STORE_URL";

  private LayerStoreUrl() {}

  static LayerStore open(Map<String, String> environment) {
    String url = environment.get(VARIABLE);
    if (url == null || url.isBlank()) {
      throw new BadInputException(
          VARIABLE + " is not set; it must be file:///directory or s3://bucket/prefix");
    }
    URI uri = parse(url.strip());
    if ("file".equalsIgnoreCase(uri.getScheme())) {
      return LayerStore.directory(directory(uri, url));
    }
    if ("s3".equalsIgnoreCase(uri.getScheme()) && uri.getAuthority() != null) {
      String path = uri.getPath() == null ? "" : uri.getPath();
      return LayerStore.s3(S3Manager.from(environment), uri.getAuthority(), path);
    }
    throw wrong(url);
  }

  private static URI parse(String url) {
    try {
      return new URI(url);
    } catch (URISyntaxException e) {
      throw wrong(url);
    }
  }

  private static Path directory(URI uri, String url) {
    try {
      return Path.of(uri);
    } catch (IllegalArgumentException | FileSystemNotFoundException e) {
      throw wrong(url);
    }
  }

  private static BadInputException wrong(String url) {
    return new BadInputException(
        VARIABLE + " must be file:///directory or s3://bucket/prefix, not " + url);
  }
}
