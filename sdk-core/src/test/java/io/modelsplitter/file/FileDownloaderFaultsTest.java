package io.modelsplitter.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.UnavailableException;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that break, lie, change and stall: nothing corrupt is ever taken for the file. */
@Timeout(120)
class FileDownloaderFaultsTest {
  private static final int SMALL = 3_000_001;
  private static final int LARGE = 140_000_000; // four ranges

  @TempDir Path folder;

  private RangeServer server;
  private Path target;

  @BeforeEach
  void start() throws IOException {
    server = new RangeServer(bytes(SMALL, 1));
    target = folder.resolve("m");
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  private static byte[] bytes(int length, int seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static FileDownloader.Builder builder() {
    return FileDownloader.builder()
        .pause(Duration.ofMillis(1))
        .readTimeout(Duration.ofSeconds(2))
        .connectTimeout(Duration.ofSeconds(2));
  }

  private void assertFetches(byte[] expected) throws IOException {
    FileDigests digests = builder().build().fetch(server.url(), target);
    assertArrayEquals(expected, Files.readAllBytes(target));
    assertEquals(new LayerHash().digests(target), digests);
    assertEquals(List.of("m"), FilesTest.names(folder));
  }

  private String assertUnavailable() {
    UnavailableException e =
        assertThrows(
            UnavailableException.class, () -> builder().build().fetch(server.url(), target));
    assertFalse(Files.exists(target));
    return String.valueOf(e.getMessage());
  }

  @Test
  void fetch_connectionCutAgainAndAgain_asksForNoByteTwice() throws IOException {
    server.sends = 100_000;
    assertFetches(server.content);
    assertEquals(SMALL / 100_000 + 1, server.ranges.size());
    for (int i = 1; i < server.ranges.size(); i++) {
      assertTrue(
          server.ranges.get(i).startsWith("bytes=" + i * 100_000 + "-"), server.ranges::toString);
    }
  }

  @Test
  void fetch_severalRangesOfALargeFile_fromConnectionsThatBreak() throws IOException {
    server.content = bytes(LARGE, 2);
    server.sends = 9_000_000;
    assertFetches(server.content);
    long asked = server.ranges.stream().filter(it -> !it.isEmpty()).distinct().count();
    assertEquals(server.ranges.size() - 1, asked, server.ranges::toString);
    assertTrue(server.ranges.stream().anyMatch(it -> it.startsWith("bytes=35000000-")));
  }

  @Test
  void fetch_nothingComes_givesUpAfterFiveAttempts() throws IOException {
    server.sends = 0;
    assertTrue(assertUnavailable().contains("broke off after 0 bytes"));
    assertEquals(5, server.ranges.size());
    assertEquals(List.of(), FilesTest.names(folder));
  }

  @Test
  void fetch_anotherAttempt_goesOnWhereTheFirstStopped() throws IOException {
    AtomicInteger answers = new AtomicInteger();
    server.sends = 1_000_000;
    server.afterAnswer =
        () -> {
          if (answers.incrementAndGet() == 2) {
            server.sends = 0;
          }
        };
    assertUnavailable();
    assertEquals(List.of(".m.download", ".m.download.state"), FilesTest.names(folder));
    server.ranges.clear();
    server.sends = Long.MAX_VALUE;
    assertFetches(server.content);
    assertEquals(List.of("bytes=2000000-3000000"), server.ranges);
  }

  @Test
  void fetch_anotherAttempt_ofContentThatChanged_beginsAnew() throws IOException {
    server.sends = 1_000_000;
    server.afterAnswer = () -> server.sends = 0;
    assertUnavailable();
    server.afterAnswer = () -> {};
    server.sends = Long.MAX_VALUE;
    server.content = bytes(SMALL - 5, 3);
    server.validator = "ETag: \"v2\"";
    assertFetches(server.content);
  }

  @Test
  void fetch_contentThatChangesMeanwhile_isWhollyTheNewOne() throws IOException {
    for (int length : List.of(SMALL, LARGE)) {
      server.content = bytes(length, 4);
      server.validator = "ETag: \"a\"";
      server.sends = 500_000;
      AtomicInteger answers = new AtomicInteger();
      server.afterAnswer =
          () -> {
            if (answers.incrementAndGet() == 3) {
              server.content = bytes(length, 5);
              server.validator = "ETag: \"b\"";
              server.sends = Long.MAX_VALUE;
            }
          };
      assertFetches(bytes(length, 5));
    }
  }

  @Test
  void fetch_contentThatChangesBeforeItsFirstByte_isWhollyTheNewOne() throws IOException {
    server.sends = 0;
    server.afterAnswer =
        () -> {
          server.content = bytes(2 * SMALL, 12);
          server.validator = "ETag: \"longer\"";
          server.sends = Long.MAX_VALUE;
        };
    assertFetches(bytes(2 * SMALL, 12));
  }

  @Test
  void fetch_serverThatIgnoresIfRange_isNotPutTogetherOfTwo() throws IOException {
    server.ignoresIfRange = true;
    server.sends = 1_000_000;
    server.afterAnswer =
        () -> {
          server.content = bytes(SMALL, 13);
          server.validator = "ETag: \"other\"";
          server.sends = Long.MAX_VALUE;
        };
    assertFetches(bytes(SMALL, 13));
  }

  @Test
  void fetch_contentThatChangesWithItsDigest_isTheNewOne() throws IOException {
    byte[] later = bytes(SMALL, 14);
    server.moreHeaders = md5(server.content);
    server.sends = 1_000_000;
    server.afterAnswer =
        () -> {
          server.content = later;
          server.moreHeaders = md5(later);
          server.validator = "ETag: \"later\"";
          server.sends = Long.MAX_VALUE;
        };
    assertFetches(later);
  }

  private static String md5(byte[] content) {
    byte[] md5 = Digester.algorithm("MD5").digest(content);
    return "Content-MD5: " + Base64.getEncoder().encodeToString(md5) + "\r\n";
  }

  @Test
  void fetch_serverThatDribbles_isLeft() {
    server.sends = 1;
    assertUnavailable();
    assertTrue(server.ranges.size() <= 6, server.ranges::toString);
  }

  @Test
  void fetch_contentThatNeverStaysTheSame_isUnavailable() {
    AtomicInteger answers = new AtomicInteger();
    server.sends = 500_000;
    server.afterAnswer = () -> server.validator = "ETag: \"" + answers.incrementAndGet() + "\"";
    assertTrue(assertUnavailable().contains("not what it was"));
  }

  @Test
  void fetch_serverThatIgnoresRanges_isGoneOnWithByWhatItSendsAgain() throws IOException {
    server.ignoresRanges = true;
    server.sends = 2_000_000;
    server.afterAnswer = () -> server.sends = Long.MAX_VALUE;
    assertFetches(server.content);

    server.content = bytes(LARGE, 6); // it announces ranges, and then sends the whole
    assertFetches(server.content);
  }

  @Test
  void fetch_contentWithoutAValidator_isNeverPutTogether() throws IOException {
    server.validator = "";
    server.sends = 1_000_000;
    AtomicInteger answers = new AtomicInteger();
    server.afterAnswer =
        () -> {
          if (answers.incrementAndGet() == 2) {
            server.content = bytes(SMALL, 7);
            server.sends = Long.MAX_VALUE;
          }
        };
    assertFetches(bytes(SMALL, 7));
    assertEquals(List.of("", "", ""), server.ranges);
  }

  @Test
  void fetch_lengthThatIsALie_isNoFile() throws IOException {
    server.announcedExtra = 10;
    assertUnavailable();
    server.announcedExtra = -10;
    FileDigests digests = builder().build().fetch(server.url(), target);
    assertEquals(SMALL - 10, digests.bytes()); // nobody can know better; a digest can
    String sha256 = HexFormat.of().formatHex(Digester.algorithm("SHA-256").digest(server.content));
    BadInputException e =
        assertThrows(
            BadInputException.class,
            () -> builder().build().fetch(server.url(), folder.resolve("n"), sha256));
    assertTrue(String.valueOf(e.getMessage()).contains(sha256), e::getMessage);
    assertFalse(Files.exists(folder.resolve("n")));
  }

  @Test
  void fetch_digestOfTheServer_isChecked() throws IOException {
    byte[] sha256 = Digester.algorithm("SHA-256").digest(server.content);
    byte[] md5 = Digester.algorithm("MD5").digest(server.content);
    String both =
        "Content-MD5: "
            + Base64.getEncoder().encodeToString(md5)
            + "\r\nRepr-Digest: sha-256=:"
            + Base64.getEncoder().encodeToString(sha256)
            + ":\r\n";
    server.moreHeaders = both;
    assertFetches(server.content);
    Files.delete(target);
    server.content = Arrays.copyOf(server.content, SMALL);
    server.content[SMALL / 2] ^= 1;
    BadInputException e =
        assertThrows(BadInputException.class, () -> builder().build().fetch(server.url(), target));
    assertTrue(String.valueOf(e.getMessage()).contains("not the file"), e::getMessage);
    assertFalse(builder().build().download(server.url(), target.toString()));
    assertEquals(List.of(), FilesTest.names(folder));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1",
        "HTTP/1.1 503 Busy",
        "HTTP/1.1 408 Timeout",
        "HTTP/1.1 500 Sorry\r\nRetry-After: soon"
      })
  void fetch_serverThatIsBusy_isAskedAgain(String refusal) throws IOException {
    server.refusal = refusal;
    server.refusals.set(4);
    long start = System.nanoTime();
    assertFetches(server.content);
    if (refusal.contains("Retry-After: 1")) {
      assertTrue(System.nanoTime() - start >= 3_900_000_000L, "it did not wait");
    }
    server.refusals.set(5);
    Files.delete(target);
    assertUnavailable();
  }

  @Test
  void fetch_serverThatFallsSilent_isLeft() {
    server.stalls = true;
    server.sends = 0;
    long start = System.nanoTime();
    FileDownloader quick = builder().readTimeout(Duration.ofMillis(200)).attempts(2).build();
    assertThrows(UnavailableException.class, () -> quick.fetch(server.url(), target));
    assertTrue(System.nanoTime() - start < 20_000_000_000L);
  }

  @Test
  void fetch_fileThatIsTooLarge_isRefused() {
    FileDownloader small = builder().maxBytes(SMALL - 1).build();
    BadInputException e =
        assertThrows(BadInputException.class, () -> small.fetch(server.url(), target));
    assertTrue(String.valueOf(e.getMessage()).contains(String.valueOf(SMALL - 1)), e::getMessage);
    assertFalse(Files.exists(target));
  }

  @Test
  void fetch_fileThatDoesNotFit_isAnErrorBeforeItComes() {
    server.announcedExtra = 1L << 50;
    IOException e =
        assertThrows(IOException.class, () -> builder().build().fetch(server.url(), target));
    assertTrue(String.valueOf(e.getMessage()).contains("room"), e::getMessage);
  }

  @Test
  void fetch_redirects_areBounded() {
    server.refusal = "HTTP/1.1 302 Found\r\nLocation: /again";
    server.refusals.set(3);
    assertThrows(
        BadInputException.class, () -> builder().redirects(2).build().fetch(server.url(), target));
    server.refusals.set(1);
    server.refusal = "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd";
    assertThrows(BadInputException.class, () -> builder().build().fetch(server.url(), target));
  }

  @Test
  void fetch_localAddresses_areRefusedWhenAsked() throws IOException {
    FileDownloader guarded = builder().refuseLocalAddresses().attempts(1).build();
    String port = server.url().replaceFirst(".*:(\\d+)/.*", "$1");
    for (String host :
        List.of(
            "127.0.0.1",
            "localhost",
            "[::1]",
            "0.0.0.0",
            "169.254.169.254",
            "[::ffff:127.0.0.1]",
            "[64:ff9b::7f00:1]",
            "2130706433",
            "[fd00:ec2::254]",
            "100.100.100.200",
            "[fe80::1]",
            "[fd00:ec2::23]",
            "[fd20:ce::254]",
            "168.63.129.16",
            "[64:ff9b:1::a9fe:a9fe]")) {
      BadInputException e =
          assertThrows(
              BadInputException.class,
              () -> guarded.fetch("http://" + host + ":" + port + "/m", target),
              host);
      assertTrue(String.valueOf(e.getMessage()).contains("not allowed"), e::getMessage);
    }
    assertEquals(List.of(), server.ranges);
    assertFalse(AddressPolicy.isRefused(InetAddress.getByName("192.0.2.1")));
    assertFalse(AddressPolicy.isRefused(InetAddress.getByName("2001:db8::1")));
  }

  @Test
  void fetch_listener_hearsOfAllOfIt() throws IOException {
    server.content = bytes(LARGE, 8);
    List<Long> heard = new ArrayList<>();
    builder()
        .listener(
            (bytes, total) -> {
              assertEquals(LARGE, total);
              heard.add(bytes);
            })
        .connections(1)
        .build()
        .fetch(server.url(), target);
    assertEquals(heard.stream().sorted().toList(), heard);
    assertEquals((long) LARGE, heard.get(heard.size() - 1));
  }

  @Test
  void download_bareFileName_goesToTheWorkingFolder() throws IOException {
    Path bare = Path.of("bare-" + System.nanoTime());
    try {
      assertTrue(builder().build().download(server.url(), bare.toString()));
      assertArrayEquals(server.content, Files.readAllBytes(bare));
    } finally {
      Files.deleteIfExists(bare);
    }
  }

  @Test
  void fetch_sameTargetTwiceAtOnce_isRefused() throws Exception {
    server.content = bytes(3 * SMALL, 9);
    server.stalls = true;
    server.sends = 5 << 20;
    FileDownloader patient = builder().readTimeout(Duration.ofSeconds(60)).build();
    Thread first = new Thread(() -> assertFalse(patient.download(server.url(), target.toString())));
    first.start();
    while (held() < 4 << 20) { // a chunk is there, and noted
      Thread.onSpinWait();
    }
    IOException e =
        assertThrows(IOException.class, () -> builder().build().fetch(server.url(), target));
    assertTrue(String.valueOf(e.getMessage()).contains("somebody else"), e::getMessage);
    first.interrupt();
    first.join();
    server.sends = Long.MAX_VALUE;
    assertFetches(server.content);
    String last = server.ranges.get(server.ranges.size() - 1);
    assertTrue(Long.parseLong(last.replaceAll("bytes=|-.*", "")) >= 4 << 20, last);
  }

  private long held() throws IOException {
    byte[] url = DownloadState.identity(server.url());
    try (DownloadState state = DownloadState.open(folder.resolve(".m.download.state"), url)) {
      return state == null ? 0 : state.held();
    }
  }
}
