package io.modelsplitter.storage;

import io.minio.GetPresignedObjectUrlArgs;
import io.minio.Http;
import io.minio.ListObjectsArgs;
import io.minio.PutObjectArgs;
import io.minio.RemoveObjectArgs;
import io.minio.Result;
import io.minio.StatObjectArgs;
import io.minio.StatObjectResponse;
import io.minio.errors.ErrorResponseException;
import io.minio.messages.Item;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.file.FileDigests;
import io.modelsplitter.file.FileDownloader;
import io.modelsplitter.file.LayerHash;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Consumer;
import okhttp3.HttpUrl;
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

  static final String CONTENT_TYPE = "application/octet-stream";

  private static final Logger log = LoggerFactory.getLogger(S3Manager.class);

  /** The SHA-256 of an object that this uploaded, among its metadata. */
  static final String SHA256 = "sha256";

  /** S3 takes no more. */
  private static final Duration LONGEST_PRESIGNED = Duration.ofDays(7);

  private static final Duration PRESIGNED = Duration.ofHours(1);

  private final S3Connection connection;

  /**
   * AWS, in {@value #DEFAULT_REGION}.
   *
   * @param awsAccessKeyId the id of the access key
   * @param awsSecretAccessKey the secret of the access key
   */
  public S3Manager(String awsAccessKeyId, String awsSecretAccessKey) {
    this(builder(awsAccessKeyId, awsSecretAccessKey).connection());
  }

  /**
   * AWS, in this region.
   *
   * @param awsAccessKeyId the id of the access key
   * @param awsSecretAccessKey the secret of the access key
   * @param regionName such as {@code eu-west-1}
   */
  public S3Manager(String awsAccessKeyId, String awsSecretAccessKey, String regionName) {
    this(builder(awsAccessKeyId, awsSecretAccessKey).region(regionName).connection());
  }

  S3Manager(S3Connection connection) {
    this.connection = connection;
  }

  /**
   * Begins a client with more to say than the constructors take.
   *
   * @param awsAccessKeyId the id of the access key
   * @param awsSecretAccessKey the secret of the access key
   * @return a builder with the defaults
   */
  public static S3ManagerBuilder builder(String awsAccessKeyId, String awsSecretAccessKey) {
    return new S3ManagerBuilder(awsAccessKeyId, awsSecretAccessKey);
  }

  /**
   * {@return the client of {@code AWS_ACCESS_KEY_ID}, {@code AWS_SECRET_ACCESS_KEY}, {@code
   * AWS_SESSION_TOKEN}, {@code AWS_REGION}, {@code S3_ENDPOINT} and {@code S3_PATH_STYLE} ({@code
   * true} or not)} Without the first two, the credentials are those of {@code
   * AWS_SHARED_CREDENTIALS_FILE} or {@code ~/.aws/credentials}, or of the container or machine that
   * {@code AWS_CONTAINER_CREDENTIALS_RELATIVE_URI}, {@code AWS_CONTAINER_CREDENTIALS_FULL_URI} or
   * {@code AWS_WEB_IDENTITY_TOKEN_FILE} tell of.
   */
  public static S3Manager fromEnvironment() {
    return from(System.getenv());
  }

  /**
   * As {@link #fromEnvironment()}, from these variables.
   *
   * @param environment the variables by their names, as {@link System#getenv()} gives them
   * @return the client; nothing is sent yet
   */
  public static S3Manager from(Map<String, String> environment) {
    String accessKey = environment.get("AWS_ACCESS_KEY_ID");
    String secretKey = environment.get("AWS_SECRET_ACCESS_KEY");
    S3ManagerBuilder builder =
        accessKey == null || secretKey == null
            ? new S3ManagerBuilder(DefaultCredentials.of(environment))
            : builder(accessKey, secretKey);
    String endpoint = environment.get("S3_ENDPOINT");
    if (endpoint != null && !endpoint.isBlank()) {
      builder.endpoint(endpoint.strip());
    }
    String region = environment.get("AWS_REGION");
    if (region != null && !region.isBlank()) {
      builder.region(region.strip());
    }
    return builder
        .sessionToken(environment.get("AWS_SESSION_TOKEN"))
        .pathStyle("true".equalsIgnoreCase(environment.get("S3_PATH_STYLE")))
        .build();
  }

  /**
   * Uploads a file.
   *
   * @param filePath the file to upload, by its path
   * @param bucketName the name of an existing bucket
   * @param objectKey the object's key in the bucket
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
   * @param bucketName the name of an existing bucket
   * @param objectKey the object's key in the bucket
   * @param destinationPath the file to write, by its path
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
   * Uploads a file. The server checks the MD5 of what it gets, and is asked at the end what it has;
   * its object is replaced whole or not at all. A large file travels in parts, and an upload that
   * is stopped is gone on with by the next one of the same file, in another process too. What may
   * pass is tried again, five times.
   *
   * @param file the file to upload
   * @param bucket the name of an existing bucket
   * @param key the object's key in the bucket
   * @throws BadInputException when the server refuses: no such bucket, wrong keys
   * @throws UnavailableException when it cannot be reached, fails, or says nothing
   * @throws IOException when the file cannot be read
   */
  public void upload(Path file, String bucket, String key) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new NoSuchFileException(file.toString());
    }
    long size = Files.size(file);
    String sha256 = new LayerHash().sha256(file);
    Map<String, String> metadata = Map.of(SHA256, sha256);
    boolean isAnswered = true;
    if (S3Upload.isFor(size)) {
      isAnswered = new S3Upload(connection, file, size, sha256, bucket, key, metadata).run();
    } else {
      put(file, bucket, key, metadata);
    }
    StatObjectResponse stored = stat("upload to", bucket, key);
    String found = stored.userMetadata().getFirst(SHA256);
    boolean isOurs = found == null ? isAnswered : found.equals(sha256);
    if (stored.size() != size || !isOurs) {
      throw new UnavailableException(
          "s3://%s/%s has %d bytes with the SHA-256 %s after the upload of %d with %s"
              .formatted(bucket, key, stored.size(), found, size, sha256),
          null);
    }
  }

  private void put(Path file, String bucket, String key, Map<String, String> metadata)
      throws IOException {
    byte[] content = Files.readAllBytes(file);
    String md5 = Base64.getEncoder().encodeToString(md5(content));
    S3Failures.retried(
        "upload to",
        bucket,
        key,
        () ->
            connection
                .client()
                .putObject(
                    PutObjectArgs.builder()
                        .bucket(bucket)
                        .object(key)
                        .data(content, content.length)
                        .contentType(CONTENT_TYPE)
                        .userMetadata(metadata)
                        .extraHeaders(Map.of("Content-MD5", md5))
                        .build()));
  }

  private static byte[] md5(byte[] content) {
    try {
      return MessageDigest.getInstance("MD5").digest(content);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has MD5", e);
    }
  }

  /**
   * Downloads a file as {@link FileDownloader} does: it appears whole or not at all, a large one
   * comes in ranges side by side, and a download that is stopped is gone on with by the next one.
   * It is checked by the SHA-256 that {@link #upload} noted, or else by the MD5 that the {@code
   * ETag} of an object is that was uploaded in one piece.
   *
   * @param bucket the name of an existing bucket
   * @param key the object's key in the bucket
   * @param target the file to write; one that is there is replaced
   * @return size and digests of the file, computed on the way
   * @throws IOException when the file cannot be written
   */
  public FileDigests download(String bucket, String key, Path target) throws IOException {
    StatObjectResponse stored = stat("download of", bucket, key);
    return new S3Download(connection, () -> presignedDownloadUrl(bucket, key, PRESIGNED))
        .run(stored, "s3://" + bucket + "/" + key, target);
  }

  private StatObjectResponse stat(String verb, String bucket, String key) {
    return S3Failures.retried(
        verb, bucket, key, () -> connection.client().statObject(stat(bucket, key)));
  }

  /**
   * {@return a URL with which anybody can download the object for a while}
   *
   * @param bucket the name of an existing bucket
   * @param key the object's key in the bucket
   * @param valid a second to seven days
   * @throws BadInputException when it is not
   */
  public URI presignedDownloadUrl(String bucket, String key, Duration valid) {
    return presigned(Http.Method.GET, bucket, key, valid);
  }

  /**
   * {@return a URL to which anybody can upload the object, by {@code PUT}, for a while}
   *
   * @param bucket the name of an existing bucket
   * @param key the object's key in the bucket
   * @param valid a second to seven days
   * @throws BadInputException when it is not
   */
  public URI presignedUploadUrl(String bucket, String key, Duration valid) {
    return presigned(Http.Method.PUT, bucket, key, valid);
  }

  private URI presigned(Http.Method method, String bucket, String key, Duration valid) {
    if (valid.toSeconds() < 1 || valid.compareTo(LONGEST_PRESIGNED) > 0) {
      throw new BadInputException(
          "a URL can be valid for a second to "
              + LONGEST_PRESIGNED.toDays()
              + " days, not "
              + valid);
    }
    return S3Failures.translated(
        "sign a URL of",
        bucket,
        key,
        () ->
            URI.create(
                connection
                    .client()
                    .getPresignedObjectUrl(
                        GetPresignedObjectUrlArgs.builder()
                            .method(method)
                            .bucket(bucket)
                            .object(key)
                            .expiry((int) valid.toSeconds())
                            .build())));
  }

  /**
   * {@return whether there is an object with this key}
   *
   * @param bucket the name of an existing bucket
   * @param key the object's key in the bucket
   */
  public boolean exists(String bucket, String key) {
    return S3Failures.translated(
        "look at",
        bucket,
        key,
        () -> {
          try {
            connection.client().statObject(stat(bucket, key));
            return true;
          } catch (ErrorResponseException e) {
            if (S3Failures.isMissingObject(e)) {
              return false;
            }
            throw e;
          }
        });
  }

  /** Hands over each object whose key begins with a prefix, under its whole key. */
  void list(String bucket, String prefix, Consumer<StoredFile> action) {
    ListObjectsArgs args =
        ListObjectsArgs.builder().bucket(bucket).prefix(prefix).recursive(true).build();
    Iterator<Result<Item>> objects = connection.client().listObjects(args).iterator();
    while (S3Failures.translated("list", bucket, prefix, objects::hasNext)) {
      Item item = S3Failures.translated("list", bucket, prefix, () -> objects.next().get());
      if (!item.isDir()) {
        action.accept(
            new StoredFile(item.objectName(), item.size(), item.lastModified().toInstant()));
      }
    }
  }

  /** Removes an object. One that is not there is fine. */
  void delete(String bucket, String key) {
    boolean unused =
        S3Failures.translated(
            "remove",
            bucket,
            key,
            () -> {
              connection
                  .client()
                  .removeObject(RemoveObjectArgs.builder().bucket(bucket).object(key).build());
              return true;
            });
  }

  /**
   * {@return the object's https (or endpoint) URL}
   *
   * @param bucket the name of an existing bucket
   * @param key the object's key in the bucket
   */
  public URI url(String bucket, String key) {
    HttpUrl endpoint = connection.endpoint();
    boolean inHostName = endpoint == null && !bucket.contains(".");
    String root =
        endpoint != null
            ? endpoint.toString()
            : inHostName
                ? "https://" + bucket + ".s3." + connection.region() + ".amazonaws.com"
                : "https://s3." + connection.region() + ".amazonaws.com";
    HttpUrl.Builder url = HttpUrl.get(root).newBuilder();
    if (!inHostName) {
      url.addPathSegment(bucket);
    }
    return url.addPathSegments(key).build().uri();
  }

  private static StatObjectArgs stat(String bucket, String key) {
    return StatObjectArgs.builder().bucket(bucket).object(key).build();
  }
}
