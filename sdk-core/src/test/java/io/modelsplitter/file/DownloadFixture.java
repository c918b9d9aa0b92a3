package io.modelsplitter.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.modelsplitter.FolderNames;
import io.modelsplitter.error.UnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server that breaks as a test says, and a downloader with little patience. */
@Timeout(120)
abstract class DownloadFixture {
  static final int SMALL = 3_000_001;
  static final int LARGE = 140_000_000; // four ranges

  @TempDir Path folder;

  RangeServer server;
  Path target;

  @BeforeEach
  void start() throws IOException {
    server = new RangeServer(bytes(SMALL, 1));
    target = folder.resolve("m");
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  static byte[] bytes(int length, int seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  static FileDownloader.Builder builder() {
    return FileDownloader.builder()
        .pause(Duration.ofMillis(1))
        .readTimeout(Duration.ofSeconds(2))
        .connectTimeout(Duration.ofSeconds(2));
  }

  void assertFetches(byte[] expected) throws IOException {
    FileDigests digests = builder().build().fetch(server.url(), target);
    assertArrayEquals(expected, Files.readAllBytes(target));
    assertEquals(new LayerHash().digests(target), digests);
    assertEquals(List.of("m"), FolderNames.of(folder));
  }

  String assertUnavailable() {
    UnavailableException e =
        assertThrows(
            UnavailableException.class, () -> builder().build().fetch(server.url(), target));
    assertFalse(Files.exists(target));
    return String.valueOf(e.getMessage());
  }
}
