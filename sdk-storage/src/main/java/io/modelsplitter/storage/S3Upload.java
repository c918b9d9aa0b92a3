package io.modelsplitter.storage;

import io.minio.AbortMultipartUploadArgs;
import io.minio.CompleteMultipartUploadArgs;
import io.minio.CreateMultipartUploadArgs;
import io.minio.GetPresignedObjectUrlArgs;
import io.minio.Http;
import io.minio.ListPartsArgs;
import io.minio.MinioAsyncClient;
import io.minio.messages.ListPartsResult;
import io.minio.messages.Part;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.UnavailableException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Uploads a large file in parts, some side by side, each with its MD5 that the server checks. The
 * object is there when the last request is answered, and not before. What a stopped upload has sent
 * is used by the next one, if its MD5 is that of the file's part. For one thread.
 */
final class S3Upload {
  /** The name of the threads that send parts. */
  static final String THREADS = "s3-upload";

  /** S3 takes so many parts at most. */
  private static final int MAX_PARTS = 10_000;

  private static final long LEAST_PART = 16L << 20;
  private static final int BUFFER = 256 << 10;
  private static final long MAX_ERROR = 64 << 10;

  private final MinioAsyncClient client;
  private final OkHttpClient http;
  private final Path file;
  private final long size;
  private final String bucket;
  private final String key;
  private final Map<String, String> metadata;
  private final int connections;
  private final long partSize;
  private final UploadNote note;
  private final Set<Call> running = ConcurrentHashMap.newKeySet();

  /** Set when no part may be sent any more. */
  private volatile boolean isOver;

  S3Upload(
      S3Connection connection,
      Path file,
      long size,
      String sha256,
      String bucket,
      String key,
      Map<String, String> metadata) {
    this.client = connection.parts();
    this.http = connection.http();
    this.file = file;
    this.size = size;
    this.bucket = bucket;
    this.key = key;
    this.metadata = metadata;
    this.connections = connection.connections();
    this.partSize = partSize(size);
    this.note = new UploadNote(file, sha256 + " " + partSize + " s3://" + bucket + "/" + key);
  }

  /** Whether a file is worth parts. */
  static boolean isFor(long size) {
    return size > LEAST_PART;
  }

  /** As small as can be with so many parts as there may be: 5 TB are 10,000 parts of 525 MB. */
  static long partSize(long size) {
    long least = (size + MAX_PARTS - 1) / MAX_PARTS;
    long megabyte = 1L << 20;
    return Math.max(LEAST_PART, (least + megabyte - 1) / megabyte * megabyte);
  }

  /**
   * Uploads.
   *
   * @return false when the answer to the last request was lost, so that only the object itself can
   *     tell whether it is there
   */
  boolean run() throws IOException {
    Map<Integer, Part> sent = new HashMap<>();
    String id = resumed(sent).orElse(null);
    if (id == null) {
      id = begin();
      note.write(id);
    }
    try {
      List<Part> parts = send(id, sent);
      boolean isAnswered = complete(id, parts);
      note.delete();
      return isAnswered;
    } catch (BadInputException e) {
      if (!S3Failures.isOfCredentials(e)) { // it would be refused again
        abort(id);
        note.delete();
      }
      throw e;
    } catch (UnavailableException e) {
      if (S3Failures.isNoSuchUpload(e)) { // given up by somebody else
        note.delete();
      }
      throw e;
    }
  }

  /** The upload that an earlier process began, if the server still knows it. */
  private Optional<String> resumed(Map<Integer, Part> sent) {
    Optional<String> id = note.read();
    if (id.isEmpty()) {
      return id;
    }
    try {
      while (true) {
        ListPartsArgs.Builder args =
            ListPartsArgs.builder().bucket(bucket).object(key).uploadId(id.get());
        ListPartsResult page =
            S3Failures.retried("look at", bucket, key, () -> list(args, marker(sent)));
        int before = sent.size();
        page.parts().forEach(part -> sent.put(part.partNumber(), part));
        if (!page.isTruncated() || sent.size() == before) {
          return id;
        }
      }
    } catch (BadInputException | UnavailableException e) {
      boolean isGone = S3Failures.isNoSuchUpload(e); // it was finished, or given up
      if (!isGone && (e instanceof UnavailableException || S3Failures.isOfWrongCredentials(e))) {
        throw e;
      }
      note.delete();
      sent.clear();
      return Optional.empty();
    }
  }

  private static int marker(Map<Integer, Part> sent) {
    return sent.keySet().stream().mapToInt(Integer::intValue).max().orElse(0);
  }

  private ListPartsResult list(ListPartsArgs.Builder args, int marker) throws Exception {
    // Some servers take 0 for a part, and tell of none then.
    ListPartsArgs page = marker == 0 ? args.build() : args.partNumberMarker(marker).build();
    return client.listParts(page).get().result();
  }

  private String begin() {
    Map<String, String> headers = new HashMap<>();
    metadata.forEach((name, value) -> headers.put("x-amz-meta-" + name, value));
    headers.put("Content-Type", S3Manager.CONTENT_TYPE);
    return S3Failures.retried(
        "upload to",
        bucket,
        key,
        () ->
            client
                .createMultipartUpload(
                    CreateMultipartUploadArgs.builder()
                        .bucket(bucket)
                        .object(key)
                        .headers(new Http.Headers(headers))
                        .build())
                .get()
                .result()
                .uploadId());
  }

  private List<Part> send(String id, Map<Integer, Part> sent) throws IOException {
    ExecutorService pool =
        Executors.newFixedThreadPool(connections, task -> S3Connection.daemon(task, THREADS));
    try {
      List<Future<Part>> sending = new ArrayList<>();
      int number = 1;
      for (long offset = 0; offset < size; offset += partSize) {
        int part = number++;
        long from = offset;
        sending.add(pool.submit(() -> send(id, part, from, sent.get(part))));
      }
      List<Part> parts = new ArrayList<>();
      for (Future<Part> future : sending) {
        parts.add(result(future));
      }
      return parts;
    } finally {
      isOver = true;
      running.forEach(Call::cancel);
      pool.shutdownNow();
      awaitEnd(pool);
    }
  }

  /** A part that comes after the upload was given up would stay on the server, and cost money. */
  private static void awaitEnd(ExecutorService pool) {
    boolean interrupted = Thread.interrupted();
    try {
      pool.awaitTermination(30, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static Part result(Future<Part> future) throws IOException {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the upload was interrupted");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException io) {
        throw io;
      }
      if (e.getCause() instanceof RuntimeException runtime) {
        throw runtime;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  private Part send(String id, int number, long from, @Nullable Part sent) throws IOException {
    long length = Math.min(partSize, size - from);
    byte[] md5 = md5(from, length);
    String hex = HexFormat.of().formatHex(md5);
    if (sent != null
        && sent.partSize() == length
        && sent.etag().replace("\"", "").equalsIgnoreCase(hex)) {
      return new Part(number, sent.etag());
    }
    return S3Failures.retried(
        "upload to", bucket, key, () -> put(id, number, new FilePart(file, from, length), md5));
  }

  /**
   * Sends a part from the file as it is, to a URL that the client library signs. Its own upload of
   * a part of a file was refused by S3Proxy, as not having the SHA-256 that it announced.
   */
  private Part put(String id, int number, FilePart body, byte[] md5) throws Exception {
    String url =
        client.getPresignedObjectUrl(
            GetPresignedObjectUrlArgs.builder()
                .method(Http.Method.PUT)
                .bucket(bucket)
                .object(key)
                .expiry(1, TimeUnit.HOURS)
                .extraQueryParams(Map.of("uploadId", id, "partNumber", String.valueOf(number)))
                .build());
    Request request =
        new Request.Builder()
            .url(url)
            .header("Content-MD5", Base64.getEncoder().encodeToString(md5))
            .put(body)
            .build();
    Call call = http.newCall(request);
    running.add(call); // before it is looked whether all is over, so that one of both sees it
    try {
      if (isOver) {
        throw new InterruptedException("the upload is over");
      }
      try (Response response = call.execute()) {
        String etag = response.header("ETag");
        if (!response.isSuccessful() || etag == null) {
          throw S3CodeException.of(response.code(), response.peekBody(MAX_ERROR).string());
        }
        return new Part(number, etag);
      }
    } finally {
      running.remove(call);
    }
  }

  private byte[] md5(long from, long length) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has MD5", e);
    }
    byte[] buffer = new byte[BUFFER];
    try (RandomAccessFile source = new RandomAccessFile(file.toFile(), "r")) {
      source.seek(from);
      long left = length;
      while (left > 0) {
        int read = source.read(buffer, 0, (int) Math.min(buffer.length, left));
        if (read < 0) {
          throw new EOFException(file + " became shorter while it was uploaded");
        }
        digest.update(buffer, 0, read);
        left -= read;
      }
    }
    return digest.digest();
  }

  /**
   * Puts the parts together. When the answer is lost, the question again finds no such upload; then
   * {@link S3Manager} looks at the object.
   */
  private boolean complete(String id, List<Part> parts) {
    CompleteMultipartUploadArgs args =
        CompleteMultipartUploadArgs.builder()
            .bucket(bucket)
            .object(key)
            .uploadId(id)
            .parts(parts.toArray(new Part[0]))
            .build();
    try {
      S3Failures.retried(
          "upload to", bucket, key, () -> client.completeMultipartUpload(args).get());
      return true;
    } catch (UnavailableException e) {
      if (!S3Failures.isNoSuchUpload(e)) {
        throw e;
      }
      return false;
    }
  }

  private void abort(String id) {
    try {
      client
          .abortMultipartUpload(
              AbortMultipartUploadArgs.builder().bucket(bucket).object(key).uploadId(id).build())
          .get(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      // the parts go when the bucket's own rule takes them
    }
  }
}
