package io.modelsplitter.storage;

import io.minio.GetObjectArgs;
import io.minio.GetObjectResponse;
import io.minio.MinioClient;
import io.minio.StatObjectArgs;
import io.minio.UploadObjectArgs;
import io.minio.credentials.StaticProvider;
import io.minio.errors.ErrorResponseException;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.file.AtomicFile;
import io.modelsplitter.file.Digester;
import io.modelsplitter.file.FileDigests;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Uploads files to and downloads them from S3, MinIO and other servers that speak like S3. Large
 * files travel in parts. Nothing is sent before the first call. Thread-safe.
 *
 * <pre>{@code
 * S3Manager s3 = new S3Manager("ACCESS_KEY", "SECRET_KEY");
 * s3.uploadFile("/tmp/model.bin", "my-models", "gpt2/model.bin");
 *
 * S3Manager minio = S3Manager.builder("ACCESS_KEY", "SECRET_KEY")
 *     .endpoint("http://minio:9000").build();
 * }</pre>
 */
public final class S3Manager {
  /** The region where none is said. */
  public static final String DEFAULT_REGION = "us-east-1";

  private static final Logger log = LoggerFactory.getLogger(S3Manager.class);
  private static final int BUFFER = 1 << 20;

  private final MinioClient client;
  private final @Nullable HttpUrl endpoint;
  private final String region;

  /** AWS, in {@value #DEFAULT_REGION}. */
  public S3Manager(String awsAccessKeyId, String awsSecretAccessKey) {
    this(builder(awsAccessKeyId, awsSecretAccessKey));
  }

  /** AWS, in this region. */
  public S3Manager(String awsAccessKeyId, String awsSecretAccessKey, String regionName) {
    this(builder(awsAccessKeyId, awsSecretAccessKey).region(regionName));
  }

  private S3Manager(Builder builder) {
    this.endpoint = builder.endpoint;
    this.region = builder.region;
    MinioClient.Builder minio =
        MinioClient.builder()
            .region(region)
            .credentialsProvider(
                new StaticProvider(builder.accessKey, builder.secretKey, builder.sessionToken));
    this.client =
        (endpoint == null ? minio.endpoint("https://s3.amazonaws.com") : minio.endpoint(endpoint))
            .build();
  }

  /** Begins a client with more to say than the constructors take. */
  public static Builder builder(String awsAccessKeyId, String awsSecretAccessKey) {
    return new Builder(awsAccessKeyId, awsSecretAccessKey);
  }

  /**
   * The client of {@code AWS_ACCESS_KEY_ID}, {@code AWS_SECRET_ACCESS_KEY}, {@code
   * AWS_SESSION_TOKEN}, {@code AWS_REGION} and {@code S3_ENDPOINT}; the first two are needed.
   */
  public static S3Manager fromEnvironment() {
    return from(System.getenv());
  }

  /** As {@link #fromEnvironment()}, from these variables. */
  public static S3Manager from(Map<String, String> environment) {
    String accessKey = environment.get("AWS_ACCESS_KEY_ID");
    String secretKey = environment.get("AWS_SECRET_ACCESS_KEY");
    if (accessKey == null || secretKey == null) {
      throw new BadInputException(
          "S3 needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment");
    }
    Builder builder = builder(accessKey, secretKey);
    String endpoint = environment.get("S3_ENDPOINT");
    if (endpoint != null && !endpoint.isBlank()) {
      builder.endpoint(endpoint.strip());
    }
    String region = environment.get("AWS_REGION");
    if (region != null && !region.isBlank()) {
      builder.region(region.strip());
    }
    return builder.sessionToken(environment.get("AWS_SESSION_TOKEN")).build();
  }

  /** Collects what a client needs. For one thread. */
  public static final class Builder {
    private final String accessKey;
    private final String secretKey;
    private String region = DEFAULT_REGION;
    private @Nullable HttpUrl endpoint;
    private @Nullable String sessionToken;

    private Builder(String accessKey, String secretKey) {
      this.accessKey = accessKey;
      this.secretKey = secretKey;
    }

    /** The region; {@value #DEFAULT_REGION} by default. */
    public Builder region(String region) {
      this.region = region;
      return this;
    }

    /** Another server than AWS: an http or https URL. */
    public Builder endpoint(String url) {
      this.endpoint = HttpUrl.parse(url);
      if (endpoint == null) {
        throw new BadInputException("the S3 endpoint must be an http or https URL, not " + url);
      }
      return this;
    }

    /** The token of temporary credentials, or null. */
    public Builder sessionToken(@Nullable String sessionToken) {
      this.sessionToken = sessionToken;
      return this;
    }

    /** The client. */
    public S3Manager build() {
      return new S3Manager(this);
    }
  }

  /**
   * Uploads a file.
   *
   * @return true on success, false on failure; the log says why, {@link #upload} throws the reason
   */
  public boolean uploadFile(String filePath, String bucketName, String objectKey) {
    try {
      upload(Path.of(filePath), bucketName, objectKey);
      return true;
    } catch (IOException | InvalidPathException | BadInputException | UnavailableException e) {
      log.error("upload of {} to s3://{}/{}: {}", filePath, bucketName, objectKey, e.toString());
      return false;
    }
  }

  /**
   * Downloads a file; missing folders are made.
   *
   * @return true on success, false on failure; the log says why, {@link #download} throws the
   *     reason
   */
  public boolean downloadFile(String bucketName, String objectKey, String destinationPath) {
    try {
      download(bucketName, objectKey, Path.of(destinationPath));
      return true;
    } catch (IOException | InvalidPathException | BadInputException | UnavailableException e) {
      log.error("download of s3://{}/{}: {}", bucketName, objectKey, e.toString());
      return false;
    }
  }

  /**
   * Uploads a file, and checks that the server has all of it.
   *
   * @throws IOException when the file cannot be read
   */
  public void upload(Path file, String bucket, String key) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new NoSuchFileException(file.toString());
    }
    long size = Files.size(file);
    S3Failures.translated(
        "upload to",
        bucket,
        key,
        () -> {
          client.uploadObject(
              UploadObjectArgs.builder()
                  .bucket(bucket)
                  .object(key)
                  .filename(file.toString())
                  .contentType("application/octet-stream")
                  .build());
          long stored = client.statObject(stat(bucket, key)).size();
          if (stored != size) {
            throw new UnavailableException(
                "s3://%s/%s has %d bytes after the upload of %d"
                    .formatted(bucket, key, stored, size),
                null);
          }
          return stored;
        });
  }

  /**
   * Downloads a file, which appears whole or not at all; missing folders are made.
   *
   * @return size and digests of the file, computed on the way
   * @throws IOException when the file cannot be written
   */
  public FileDigests download(String bucket, String key, Path target) throws IOException {
    GetObjectArgs args = GetObjectArgs.builder().bucket(bucket).object(key).build();
    try (GetObjectResponse object =
            S3Failures.translated("download of", bucket, key, () -> client.getObject(args));
        AtomicFile file = AtomicFile.create(target)) {
      FileDigests digests = copy(object, file, bucket, key);
      String length = object.headers().get("Content-Length");
      if (length != null && digests.bytes() != Long.parseLong(length)) {
        throw new UnavailableException(
            "download of s3://%s/%s broke off after %d of %s bytes"
                .formatted(bucket, key, digests.bytes(), length),
            null);
      }
      file.commit();
      return digests;
    }
  }

  /** Whether there is an object with this key. */
  public boolean exists(String bucket, String key) {
    return S3Failures.translated(
        "look at",
        bucket,
        key,
        () -> {
          try {
            client.statObject(stat(bucket, key));
            return true;
          } catch (ErrorResponseException e) {
            if (S3Failures.isMissingObject(e)) {
              return false;
            }
            throw e;
          }
        });
  }

  /** The object's https (or endpoint) URL. */
  public URI url(String bucket, String key) {
    boolean inHostName = endpoint == null && !bucket.contains(".");
    String root =
        endpoint != null
            ? endpoint.toString()
            : inHostName
                ? "https://" + bucket + ".s3." + region + ".amazonaws.com"
                : "https://s3." + region + ".amazonaws.com";
    HttpUrl.Builder url = HttpUrl.get(root).newBuilder();
    if (!inHostName) {
      url.addPathSegment(bucket);
    }
    return url.addPathSegments(key).build().uri();
  }

  private static StatObjectArgs stat(String bucket, String key) {
    return StatObjectArgs.builder().bucket(bucket).object(key).build();
  }

  private static FileDigests copy(InputStream in, AtomicFile file, String bucket, String key)
      throws IOException {
    Digester digester = new Digester();
    byte[] buffer = new byte[BUFFER];
    for (int read = read(in, buffer, bucket, key); read > 0; read = read(in, buffer, bucket, key)) {
      digester.update(buffer, 0, read);
      file.write(ByteBuffer.wrap(buffer, 0, read));
    }
    return digester.finish();
  }

  private static int read(InputStream in, byte[] buffer, String bucket, String key) {
    try {
      return in.readNBytes(buffer, 0, buffer.length);
    } catch (IOException e) {
      throw new UnavailableException(
          "download of s3://" + bucket + "/" + key + " broke off: " + e.getMessage(), e);
    }
  }
}
