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
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a download is not to exceed, where it may not go, and whom it waits for. */
@Timeout(120)
class FileDownloaderLimitsTest extends DownloadFixture {
  @Test
  void fetch_serverThatDribbles_isLeft() {
    server.sends = 1;
    assertUnavailable();
    assertTrue(server.ranges.size() <= 6, server.ranges::toString);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 429 Too Many Requests",
        "HTTP/1.1 503 Busy",
        "HTTP/1.1 408 Timeout",
        "HTTP/1.1 500 Sorry\r\nRetry-After: soon"
      })
  void fetch_serverThatIsBusy_isAskedAgain(String refusal) throws IOException {
    server.refusal = refusal;
    server.refusals.set(4);
    assertFetches(server.content);
    server.refusals.set(5);
    Files.delete(target);
    assertUnavailable();
  }

  @Test
  void fetch_serverThatFallsSilent_isLeft() {
    server.stalls = true;
    server.sends = 0;
    FileDownloader quick = builder().readTimeout(Duration.ofMillis(200)).attempts(2).build();
    assertThrows(UnavailableException.class, () -> quick.fetch(server.url(), target));
    assertEquals(2, server.ranges.size());
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
    ExecutorService background = Executors.newSingleThreadExecutor();
    try {
      Future<Boolean> first =
          background.submit(() -> patient.download(server.url(), target.toString()));
      while (held() < 4 << 20) { // a chunk is there, and noted
        assertFalse(first.isDone());
      }
      IOException e =
          assertThrows(IOException.class, () -> builder().build().fetch(server.url(), target));
      assertTrue(String.valueOf(e.getMessage()).contains("somebody else"), e::getMessage);
      assertTrue(ofAnotherProcess().contains("somebody else"));
      background.shutdownNow();
      assertFalse(first.get());
    } finally {
      background.shutdownNow();
    }
    server.sends = Long.MAX_VALUE;
    assertFetches(server.content);
    String last = server.ranges.get(server.ranges.size() - 1);
    assertTrue(Long.parseLong(last.replaceAll("bytes=|-.*", "")) >= 4 << 20, last);
  }

  /** What a process says that is to download the same. */
  private String ofAnotherProcess() throws Exception {
    Path said = folder.resolveSibling("said-" + System.nanoTime());
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                DownloadInAnotherProcess.class.getName(),
                server.url(),
                target.toString())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    try {
      assertTrue(process.waitFor(60, TimeUnit.SECONDS));
      return Files.readString(said);
    } finally {
      process.destroyForcibly();
      Files.delete(said);
    }
  }

  /** Downloads a URL to a file, or prints why not. */
  static final class DownloadInAnotherProcess {
    public static void main(String[] args) {
      try {
        FileDigests digests = builder().build().fetch(args[0], Path.of(args[1]));
        System.out.println(digests);
      } catch (IOException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  private long held() throws IOException {
    byte[] url = DownloadState.identity(server.url());
    try (DownloadState state = DownloadState.open(folder.resolve(".m.download.state"), url)) {
      return state == null ? 0 : state.held();
    }
  }

  @Test
  void token_thatNoHeaderCanHold_isRefusedAndNotShown() {
    BadInputException e =
        assertThrows(
            BadInputException.class, () -> FileDownloader.builder().token("first\ns3cret"));
    assertFalse(String.valueOf(e.getMessage()).contains("s3cret"), e::getMessage);
  }
}
