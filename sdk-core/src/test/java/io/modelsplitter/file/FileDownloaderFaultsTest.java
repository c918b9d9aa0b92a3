package io.modelsplitter.file;

import static io.modelsplitter.Refusals.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.FolderNames;
import io.modelsplitter.error.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Servers that break, lie, change and stall: nothing corrupt is ever taken for the file. */
@Timeout(120)
class FileDownloaderFaultsTest extends DownloadFixture {
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
    assertEquals(List.of(), FolderNames.of(folder));
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
    assertEquals(List.of(".m.download", ".m.download.state"), FolderNames.of(folder));
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
    server.become(bytes(SMALL - 5, 3), "ETag: \"v2\"");
    assertFetches(server.content);
  }

  @Test
  void fetch_contentThatChangesMeanwhile_isWhollyTheNewOne() throws IOException {
    for (int length : List.of(SMALL, LARGE)) {
      server.become(bytes(length, 4), "ETag: \"a\"");
      server.sends = 500_000;
      AtomicInteger answers = new AtomicInteger();
      server.afterAnswer =
          () -> {
            if (answers.incrementAndGet() == 3) {
              server.become(bytes(length, 5), "ETag: \"b\"");
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
          server.become(bytes(2 * SMALL, 12), "ETag: \"longer\"");
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
          server.become(bytes(SMALL, 13), "ETag: \"other\"");
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
          server.moreHeaders = md5(later);
          server.become(later, "ETag: \"later\"");
          server.sends = Long.MAX_VALUE;
        };
    assertFetches(later);
  }

  private static String md5(byte[] content) {
    byte[] md5 = Digester.algorithm("MD5").digest(content);
    return "Content-MD5: " + Base64.getEncoder().encodeToString(md5) + "\r\n";
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
    refused(
        BadInputException.class,
        () -> builder().build().fetch(server.url(), folder.resolve("n"), sha256),
        sha256);
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
    refused(
        BadInputException.class,
        () -> builder().build().fetch(server.url(), target),
        "not the file");
    assertFalse(builder().build().download(server.url(), target.toString()));
    assertEquals(List.of(), FolderNames.of(folder));
  }

  @Test
  void fetch_anotherAttempt_checksWhatTheServerSaidAtFirst() throws IOException {
    server.moreHeaders = md5(server.content);
    server.sends = 1_000_000;
    server.afterAnswer = () -> server.sends = 0;
    assertUnavailable();
    server.afterAnswer = () -> {};
    server.sends = Long.MAX_VALUE;
    server.moreHeaders = "";
    server.content = Arrays.copyOf(server.content, SMALL);
    server.content[SMALL - 1] ^= 1; // and the server did not notice
    refused(
        BadInputException.class,
        () -> builder().build().fetch(server.url(), target),
        "not the file");
    assertEquals(List.of(), FolderNames.of(folder));
  }

  @Test
  void fetch_anotherAttempt_withoutTheBytesOfTheFirst_beginsAnew() throws IOException {
    server.content = bytes(LARGE, 15);
    Path stateFile = folder.resolve(".m.download.state");
    byte[] url = DownloadState.identity(server.url());
    try (DownloadState state = DownloadState.create(stateFile, url, "\"v1\"", Map.of(), LARGE, 4)) {
      DownloadState.Segment second = state.segments().get(1);
      second.moveTo(second.start() + 1_000_000);
    }
    assertFetches(server.content);
  }
}
