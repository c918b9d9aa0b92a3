package io.modelsplitter.storage;

import io.minio.MinioAsyncClient;
import io.minio.MinioClient;
import io.minio.credentials.Provider;
import io.minio.credentials.StaticProvider;
import io.modelsplitter.error.BadInputException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import org.jspecify.annotations.Nullable;

/** Collects what an {@link S3Manager} needs. For one thread. */
public final class S3ManagerBuilder {
  private final @Nullable String accessKey;
  private final @Nullable String secretKey;
  private final @Nullable Provider provider;
  private String region = S3Manager.DEFAULT_REGION;
  private @Nullable HttpUrl endpoint;
  private @Nullable String sessionToken;
  private boolean pathStyle;
  private int connections = 4;
  private Duration connectTimeout = Duration.ofSeconds(10);
  private Duration readTimeout = Duration.ofSeconds(60);

  S3ManagerBuilder(String accessKey, String secretKey) {
    this.accessKey = accessKey;
    this.secretKey = secretKey;
    this.provider = null;
  }

  S3ManagerBuilder(Provider provider) {
    this.accessKey = null;
    this.secretKey = null;
    this.provider = provider;
  }

  private Provider credentials() {
    return provider == null
        ? new StaticProvider(
            Objects.requireNonNull(accessKey), Objects.requireNonNull(secretKey), sessionToken)
        : provider;
  }

  /**
   * Names the bucket in the path of a URL rather than in its host; servers but AWS's want so.
   *
   * @param pathStyle false by default
   * @return this builder
   */
  public S3ManagerBuilder pathStyle(boolean pathStyle) {
    this.pathStyle = pathStyle;
    return this;
  }

  /**
   * How many parts of a large file travel side by side; 4 by default.
   *
   * @param connections how many at most, 1 or more
   * @return this builder
   */
  public S3ManagerBuilder connections(int connections) {
    this.connections = Math.max(1, connections);
    return this;
  }

  /**
   * How long a connection may take to be there; 10 seconds by default.
   *
   * @param connectTimeout how long at most, from a millisecond to a day
   * @return this builder
   * @throws BadInputException when it is shorter or longer
   */
  public S3ManagerBuilder connectTimeout(Duration connectTimeout) {
    this.connectTimeout = checked("connectTimeout", connectTimeout);
    return this;
  }

  /**
   * How long the server may say nothing; 60 seconds by default.
   *
   * @param readTimeout how long at most, from a millisecond to a day
   * @return this builder
   * @throws BadInputException when it is shorter or longer
   */
  public S3ManagerBuilder readTimeout(Duration readTimeout) {
    this.readTimeout = checked("readTimeout", readTimeout);
    return this;
  }

  private static Duration checked(String name, Duration value) {
    if (value.compareTo(Duration.ofMillis(1)) < 0 || value.compareTo(Duration.ofDays(1)) > 0) {
      throw new BadInputException(name + " must be from 1 ms to a day, not " + value);
    }
    return value;
  }

  /**
   * The region; {@value S3Manager#DEFAULT_REGION} by default.
   *
   * @param region such as {@code eu-west-1}
   * @return this builder
   */
  public S3ManagerBuilder region(String region) {
    this.region = region;
    return this;
  }

  /**
   * Another server than AWS: an http or https URL.
   *
   * @param url its address, without a bucket
   * @return this builder
   */
  public S3ManagerBuilder endpoint(String url) {
    this.endpoint = HttpUrl.parse(url);
    if (endpoint == null) {
      throw new BadInputException("the S3 endpoint must be an http or https URL, not " + url);
    }
    return this;
  }

  /**
   * The token of temporary credentials, or null.
   *
   * @param sessionToken null where there is none
   * @return this builder
   */
  public S3ManagerBuilder sessionToken(@Nullable String sessionToken) {
    this.sessionToken = sessionToken;
    return this;
  }

  S3Connection connection() {
    OkHttpClient http =
        new OkHttpClient.Builder()
            .dispatcher(S3Connection.dispatcher(connections))
            .protocols(List.of(Protocol.HTTP_1_1))
            .connectTimeout(connectTimeout)
            .readTimeout(readTimeout)
            .writeTimeout(readTimeout)
            .build();
    HttpUrl url = endpoint == null ? HttpUrl.get("https://s3.amazonaws.com") : endpoint;
    Provider credentials = credentials();
    MinioClient client =
        MinioClient.builder()
            .endpoint(url)
            .region(region)
            .credentialsProvider(credentials)
            .httpClient(http)
            .build();
    MinioAsyncClient parts =
        MinioAsyncClient.builder()
            .endpoint(url)
            .region(region)
            .credentialsProvider(credentials)
            .httpClient(http)
            .build();
    if (pathStyle) {
      client.disableVirtualStyleEndpoint();
      parts.disableVirtualStyleEndpoint();
    }
    return new S3Connection(http, client, parts, connections, endpoint, region);
  }

  /** {@return the client} */
  public S3Manager build() {
    return new S3Manager(connection());
  }
}
