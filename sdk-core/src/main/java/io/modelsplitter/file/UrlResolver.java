package io.modelsplitter.file;

import java.util.Map;

/**
 * Turns a URL of a scheme that is not HTTP's into one that is, such as {@code s3://bucket/key} into
 * a presigned one. {@link FileDownloader} finds implementations by {@link java.util.ServiceLoader};
 * that for S3 is in {@code model-splitter-sdk-storage}. Implementations are thread-safe.
 */
public interface UrlResolver {

  /** {@return the scheme, in lower case} */
  String scheme();

  /**
   * {@return the http or https URL} Asked for again at each attempt, since it may be good for a
   * while only.
   *
   * @param url one of its scheme
   * @param environment where the credentials are
   * @throws io.modelsplitter.error.BadInputException when the URL is none of the scheme, or there
   *     are no credentials
   */
  String resolve(String url, Map<String, String> environment);
}
