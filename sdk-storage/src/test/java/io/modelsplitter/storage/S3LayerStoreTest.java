package io.modelsplitter.storage;

import static io.modelsplitter.Refusals.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.minio.MakeBucketArgs;
import io.minio.MinioClient;
import io.minio.UploadObjectArgs;
import io.modelsplitter.Await;
import io.modelsplitter.FolderNames;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.ModelSplitterException;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.file.FileDigests;
import io.modelsplitter.file.FileDownloader;
import io.modelsplitter.file.LayerHash;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.gaul.s3proxy.junit.S3ProxyExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

/** Against a real S3 server. */
class S3LayerStoreTest extends LayerStoreContract {
  private static final String BUCKET = "layers";

  private static final S3ProxyExtension server =
      S3ProxyExtension.builder()
          .withCredentials("access", "secret")
          .withBlobStoreProvider("transient-nio2")
          .build();

  /** Once for all tests, since starting takes longer than most of them. */
  @BeforeAll
  static void startServer() throws Exception {
    server.beforeEach(null);
    MinioClient client =
        MinioClient.builder()
            .endpoint(server.getUri().toString())
            .region(S3Manager.DEFAULT_REGION)
            .credentials("access", "secret")
            .build();
    client.makeBucket(MakeBucketArgs.builder().bucket(BUCKET).build());
  }

  @AfterAll
  static void stopServer() {
    server.afterEach(null);
  }

  @AfterEach
  void emptyBucket() {
    List<String> keys = new ArrayList<>();
    s3().list(BUCKET, "", object -> keys.add(object.name()));
    keys.forEach(key -> s3().delete(BUCKET, key));
  }

  private static S3Manager s3() {
    return S3Manager.builder("access", "secret").endpoint(server.getUri().toString()).build();
  }

  @Override
  LayerStore store() {
    return LayerStore.s3(s3(), BUCKET, "/gpt2/v1/");
  }

  @Test
  void uploadFile_thenDownloadFile() throws IOException {
    Path file = Files.writeString(work.resolve("model.bin"), "content");
    assertTrue(s3().uploadFile(file.toString(), BUCKET, "a/model.bin"));
    Path target = work.resolve("new/model.bin");
    assertTrue(s3().downloadFile(BUCKET, "a/model.bin", target.toString()));
    assertEquals("content", Files.readString(target));
    FileDigests digests = s3().download(BUCKET, "a/model.bin", target);
    assertEquals(new LayerHash().digests(file), digests);
  }

  @Test
  void failure_isFalseOrThrowsTheReason() throws IOException {
    Path file = Files.writeString(work.resolve("model.bin"), "content");
    Path target = work.resolve("target");
    assertFalse(s3().uploadFile(work.resolve("none").toString(), BUCKET, "x"));
    assertFalse(s3().uploadFile(file.toString(), "no-such-bucket", "x"));
    assertFalse(s3().downloadFile(BUCKET, "none", target.toString()));
    assertMessage("NoSuchBucket", () -> s3().upload(file, "no-such-bucket", "x"));
    assertMessage("NoSuchKey", () -> s3().download(BUCKET, "none", target));
    assertMessage("UPPER", () -> s3().upload(file, "UPPER CASE", "x"));
    S3Manager wrongKeys =
        S3Manager.builder("access", "wrong").endpoint(server.getUri().toString()).build();
    assertMessage("SignatureDoesNotMatch", () -> wrongKeys.upload(file, BUCKET, "x"));
    assertMessage("s3://layers/none", () -> s3().download(BUCKET, "none", target));
    assertEquals(List.of("model.bin"), FolderNames.of(work));
  }

  @Test
  void threads_keepNoProgramAlive() throws IOException {
    Path file = Files.writeString(work.resolve("x"), "x");
    s3().upload(file, BUCKET, "x");
    assertFalse(threads(S3Connection.THREADS).isEmpty());
    assertTrue(threads(S3Connection.THREADS).stream().allMatch(Thread::isDaemon));
  }

  private static List<Thread> threads(String name) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals(name))
        .toList();
  }

  @Test
  @Timeout(25) // the server hangs up after thirty seconds of silence, and what waits for it ends
  void upload_interrupted_sendsNoPartAnyMore() throws Exception {
    Path file = large();
    try (Forwarder forwarder = new Forwarder(server.getUri())) {
      forwarder.silentTo = "PUT";
      forwarder.silentTimes.set(2);
      S3Manager s3 =
          S3Manager.builder("access", "secret").endpoint(forwarder.url()).connections(2).build();
      FutureTask<Boolean> upload =
          new FutureTask<>(
              () -> {
                s3.upload(file, BUCKET, "large");
                return true;
              });
      Thread uploading = new Thread(upload);
      uploading.setDaemon(true);
      uploading.start();
      Await.until(() -> forwarder.silentTimes.get() == 0 || upload.isDone(), upload::toString);
      assertEquals(2, threads(S3Upload.THREADS).size());
      assertTrue(threads(S3Upload.THREADS).stream().allMatch(Thread::isDaemon));
      uploading.interrupt();
      ExecutionException e = assertThrows(ExecutionException.class, upload::get);
      assertTrue(e.getCause() instanceof InterruptedIOException, e::toString);
      Await.until(
          () -> threads(S3Upload.THREADS).isEmpty(), () -> threads(S3Upload.THREADS).toString());
    }
    assertTrue(Files.exists(work.resolve(".large.bin.upload"))); // to be gone on with
  }

  private static void assertMessage(String part, Executable call) {
    ModelSplitterException e = refused(BadInputException.class, call, part);
    assertFalse(String.valueOf(e.getMessage()).contains("secret"), e::getMessage);
  }

  @Test
  void nobodyThere_isUnavailable() throws IOException {
    S3Manager nobody = S3Manager.builder("a", "b").endpoint("http://127.0.0.1:1").build();
    Path file = Files.writeString(work.resolve("x"), "x");
    assertThrows(UnavailableException.class, () -> nobody.upload(file, BUCKET, "x"));
  }

  @Test
  void url_isWhereTheObjectIs() {
    assertEquals(server.getUri() + "/layers/gpt2/v1/abc", store().publicUrl("abc").toString());
    S3Manager aws = new S3Manager("a", "b", "eu-west-1");
    assertEquals(
        "https://layers.s3.eu-west-1.amazonaws.com/a/b", aws.url("layers", "a/b").toString());
    assertEquals(
        "https://s3.eu-west-1.amazonaws.com/my.layers/a", aws.url("my.layers", "a").toString());
    assertEquals(
        "https://layers.s3.us-east-1.amazonaws.com/a",
        new S3Manager("a", "b").url("layers", "a").toString());
  }

  @Test
  void from_theEnvironmentOfAContainer() throws IOException {
    LayerStore store =
        LayerStore.from(
            Map.of(
                "LAYER_STORE_URL", "s3://layers/prefix",
                "S3_ENDPOINT", server.getUri().toString(),
                "AWS_ACCESS_KEY_ID", "access",
                "AWS_SECRET_ACCESS_KEY", "secret",
                "AWS_REGION", "us-east-1"));
    store.put(Files.writeString(work.resolve("x"), "x"), "abc");
    assertTrue(s3().exists(BUCKET, "prefix/abc"));
    assertThrows(
        BadInputException.class, () -> LayerStore.from(Map.of("LAYER_STORE_URL", "s3://layers")));
  }

  private Path large() throws IOException {
    Path file = work.resolve("large.bin");
    byte[] bytes = new byte[34_000_001]; // three parts
    new Random(11).nextBytes(bytes);
    return Files.write(file, bytes);
  }

  private void assertStored(Path file, String key) throws IOException {
    Path target = work.resolve("downloaded");
    assertEquals(new LayerHash().digests(file), s3().download(BUCKET, key, target));
    assertEquals(-1, Files.mismatch(file, target));
    assertFalse(Files.exists(work.resolve(".large.bin.upload")));
  }

  @Test
  void upload_largeFile_inParts() throws IOException {
    Path file = large();
    s3().upload(file, BUCKET, "large");
    assertStored(file, "large");
    S3Manager reader = s3();
    Path viaUrl = work.resolve("via-url");
    new FileDownloader()
        .fetch(
            reader.presignedDownloadUrl(BUCKET, "large", Duration.ofMinutes(1)).toString(), viaUrl);
    assertEquals(-1, Files.mismatch(file, viaUrl));
    FileDownloader.builder()
        .token("for-the-model-host") // S3 would refuse it beside a signature
        .environment(
            Map.of(
                "AWS_ACCESS_KEY_ID", "access",
                "AWS_SECRET_ACCESS_KEY", "secret",
                "S3_ENDPOINT", server.getUri().toString()))
        .build()
        .fetch("s3://" + BUCKET + "/large", work.resolve("via-s3"));
    assertEquals(-1, Files.mismatch(file, work.resolve("via-s3")));
  }

  @Test
  void upload_serverThatDiesHalfWay_isGoneOnWith() throws IOException {
    Path file = large();
    try (Forwarder forwarder = new Forwarder(server.getUri())) {
      forwarder.bytesToServer.set(28_000_000);
      S3Manager s3 =
          S3Manager.builder("access", "secret").endpoint(forwarder.url()).connections(1).build();
      assertThrows(UnavailableException.class, () -> s3.upload(file, BUCKET, "large"));
    }
    assertFalse(s3().exists(BUCKET, "large"));
    assertTrue(Files.exists(work.resolve(".large.bin.upload")));
    try (Forwarder forwarder = new Forwarder(server.getUri())) {
      forwarder.bytesToServer.set(20_000_000); // enough for what is missing, not for all
      S3Manager.builder("access", "secret")
          .endpoint(forwarder.url())
          .build()
          .upload(file, BUCKET, "large");
    }
    assertStored(file, "large");
  }

  @Test
  void upload_answerToTheLastRequestLost_isDoneAllTheSame() throws IOException {
    Path file = large();
    try (Forwarder forwarder = new Forwarder(server.getUri())) {
      forwarder.losesAnswerTo = "uploadId=";
      S3Manager.builder("access", "secret")
          .endpoint(forwarder.url())
          .build()
          .upload(file, BUCKET, "large");
      assertEquals("", forwarder.losesAnswerTo);
    }
    assertStored(file, "large");
  }

  @Test
  void upload_fileThatChangedSinceAStoppedUpload_beginsAnew() throws IOException {
    Path file = large();
    try (Forwarder forwarder = new Forwarder(server.getUri())) {
      forwarder.bytesToServer.set(28_000_000);
      S3Manager s3 = S3Manager.builder("access", "secret").endpoint(forwarder.url()).build();
      assertThrows(UnavailableException.class, () -> s3.upload(file, BUCKET, "large"));
    }
    byte[] changed = Files.readAllBytes(file);
    changed[5] ^= 1;
    Files.write(file, changed);
    s3().upload(file, BUCKET, "large");
    assertStored(file, "large");
  }

  @Test
  void upload_serverThatSaysNothing_isUnavailable() throws IOException {
    Path file = Files.writeString(work.resolve("model.bin"), "content");
    try (Forwarder forwarder = new Forwarder(server.getUri())) {
      forwarder.isSilent = true;
      S3Manager s3 =
          S3Manager.builder("access", "secret")
              .endpoint(forwarder.url())
              .readTimeout(Duration.ofMillis(200))
              .build();
      assertThrows(UnavailableException.class, () -> s3.upload(file, BUCKET, "x"));
      assertThrows(UnavailableException.class, () -> s3.exists(BUCKET, "x"));
    }
    assertFalse(s3().exists(BUCKET, "x"));
  }

  @Test
  void download_objectThatIsNotWhatItsDigestSays_isRefused() throws Exception {
    Path other = Files.writeString(work.resolve("other.bin"), "0ther c0ntent");
    MinioClient client =
        MinioClient.builder()
            .endpoint(server.getUri().toString())
            .region(S3Manager.DEFAULT_REGION)
            .credentials("access", "secret")
            .build();
    client.uploadObject(
        UploadObjectArgs.builder()
            .bucket(BUCKET)
            .object("wrong")
            .filename(other.toString())
            .userMetadata(Map.of("sha256", "0".repeat(64)))
            .build());
    assertMessage("SHA-256", () -> s3().download(BUCKET, "wrong", work.resolve("target")));
    assertFalse(Files.exists(work.resolve("target")));
  }

  @Test
  void partSize_reachesFiveTerabytes() {
    assertEquals(16L << 20, S3Upload.partSize(1));
    long most = 5L << 40;
    long size = S3Upload.partSize(most);
    assertTrue(size * 10_000 >= most && size < 5L << 30, String.valueOf(size));
  }

  @Test
  @Timeout(25) // the server itself hangs up after thirty seconds of silence
  void download_serverThatFallsSilent_isAskedAgainAfterTheReadTimeout() throws IOException {
    s3().upload(Files.writeString(work.resolve("model.bin"), "content"), BUCKET, "x");
    try (Forwarder forwarder = new Forwarder(server.getUri())) {
      forwarder.silentTo = "GET";
      forwarder.silentTimes.set(1);
      S3Manager s3 =
          S3Manager.builder("access", "secret")
              .endpoint(forwarder.url())
              .readTimeout(Duration.ofMillis(500))
              .build();
      s3.download(BUCKET, "x", work.resolve("y"));
      assertEquals(0, forwarder.silentTimes.get());
    }
    assertEquals("content", Files.readString(work.resolve("y")));
  }

  @Test
  void upload_credentialsThatAreWrongMeanwhile_doNotForgetWhatWasSent() throws IOException {
    Path file = large();
    try (Forwarder forwarder = new Forwarder(server.getUri())) {
      forwarder.bytesToServer.set(28_000_000);
      S3Manager s3 =
          S3Manager.builder("access", "secret").endpoint(forwarder.url()).connections(1).build();
      assertThrows(UnavailableException.class, () -> s3.upload(file, BUCKET, "large"));
    }
    S3Manager wrongKeys =
        S3Manager.builder("access", "wrong").endpoint(server.getUri().toString()).build();
    assertMessage("SignatureDoesNotMatch", () -> wrongKeys.upload(file, BUCKET, "large"));
    try (Forwarder forwarder = new Forwarder(server.getUri())) {
      forwarder.bytesToServer.set(20_000_000); // enough for what is missing, not for all
      S3Manager.builder("access", "secret")
          .endpoint(forwarder.url())
          .build()
          .upload(file, BUCKET, "large");
    }
    assertStored(file, "large");
  }

  @Test
  void presignedUrl_thatWouldBeValidForTooLong_isRefused() {
    for (Duration valid :
        List.of(Duration.ZERO, Duration.ofDays(8), Duration.ofSeconds((1L << 32) + 60))) {
      assertMessage("7 days", () -> s3().presignedDownloadUrl(BUCKET, "x", valid));
    }
  }

  @Test
  void resolve_urlWithMoreThanAKey_isRefused() {
    Map<String, String> environment =
        Map.of("AWS_ACCESS_KEY_ID", "access", "AWS_SECRET_ACCESS_KEY", "secret");
    S3UrlResolver resolver = new S3UrlResolver();
    assertTrue(resolver.resolve("s3://layers/a%23b", environment).contains("/a%23b?"));
    for (String url : List.of("s3://layers/a#b", "s3://layers/a?versionId=1", "s3://layers/")) {
      assertMessage("s3://bucket/key", () -> resolver.resolve(url, environment));
    }
  }
}
