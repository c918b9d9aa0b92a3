package io.modelsplitter.file;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.absent;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.temporaryRedirect;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static io.modelsplitter.Refusals.refused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.modelsplitter.FolderNames;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.ModelSplitterException;
import io.modelsplitter.error.UnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class FileDownloaderTest {
  @RegisterExtension
  static final WireMockExtension server =
      WireMockExtension.newInstance()
          .options(WireMockConfiguration.wireMockConfig().dynamicPort())
          .build();

  @TempDir Path folder;

  private final FileDownloader downloader =
      FileDownloader.builder()
          .pause(Duration.ofMillis(1))
          .readTimeout(Duration.ofSeconds(5))
          .build();

  private String url(String path) {
    return server.baseUrl() + path;
  }

  @Test
  void fetch_wholeFile_withItsDigests() throws IOException {
    byte[] content = new byte[9_000_001];
    new Random(1).nextBytes(content);
    server.stubFor(get("/m.bin").willReturn(ok().withBody(content)));
    Path target = folder.resolve("new/m.bin");
    FileDigests digests = downloader.fetch(url("/m.bin"), target);
    assertArrayEquals(content, Files.readAllBytes(target));
    assertEquals(new LayerHash().digests(target), digests);
    assertEquals(content.length, digests.bytes());
    assertTrue(downloader.download(url("/m.bin"), folder.resolve("again").toString()));
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 403, 404, 410, 500, 503, 204, 206})
  void fetch_anythingButTheFile_isAnErrorAndNoFile(int status) throws IOException {
    server.stubFor(get("/m").willReturn(aResponse().withStatus(status).withBody("no")));
    ModelSplitterException e =
        refused(
            ModelSplitterException.class,
            () -> downloader.fetch(url("/m"), folder.resolve("m")),
            url("/m"),
            " " + status);
    assertEquals(status >= 500, e instanceof UnavailableException);
    assertFalse(downloader.download(url("/m"), folder.resolve("m").toString()));
    assertEquals(List.of(), FolderNames.of(folder));
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void fetch_brokenConnection_isAnErrorAndNoFile(Fault fault) throws IOException {
    server.stubFor(get("/m").willReturn(aResponse().withFault(fault)));
    assertThrows(
        UnavailableException.class, () -> downloader.fetch(url("/m"), folder.resolve("m")));
    assertEquals(List.of(), FolderNames.of(folder));
  }

  @Test
  void fetch_encodedAnswer_isRefused() throws IOException {
    server.stubFor(get("/m").willReturn(ok().withHeader("Content-Encoding", "br").withBody("x")));
    refused(BadInputException.class, () -> downloader.fetch(url("/m"), folder.resolve("m")), "br");
    assertEquals(List.of(), FolderNames.of(folder));
  }

  @Test
  void fetch_nobodyThere_isUnavailable() {
    String url = "http://127.0.0.1:1/m"; // no other test may be given this port
    assertThrows(UnavailableException.class, () -> downloader.fetch(url, folder.resolve("m")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ftp://something.invalid/x", "/etc/passwd", "file:///etc/passwd"})
  void fetch_whatIsNoHttpUrl_isRefused(String url) {
    assertThrows(BadInputException.class, () -> downloader.fetch(url, folder.resolve("m")));
    assertFalse(downloader.download(url, folder.resolve("m").toString()));
  }

  @Test
  void fetch_whereNothingCanBeWritten_isAnIoException() throws IOException {
    server.stubFor(get("/m").willReturn(ok().withBody("x")));
    Path file = Files.writeString(folder.resolve("file"), "x");
    assertThrows(IOException.class, () -> downloader.fetch(url("/m"), file.resolve("below")));
    assertEquals(List.of("file"), FolderNames.of(folder));
  }

  @Test
  void fetch_token_goesToTheFirstHostOnly() throws IOException {
    String elsewhere = "http://localhost:" + server.getPort() + "/other";
    server.stubFor(get("/here").willReturn(temporaryRedirect("/there")));
    server.stubFor(get("/there").willReturn(temporaryRedirect(elsewhere)));
    server.stubFor(get("/other").willReturn(ok().withBody("x")));
    FileDownloader withToken =
        FileDownloader.builder().environment(Map.of("MODEL_DOWNLOAD_TOKEN", "s3cret\n")).build();
    withToken.fetch(url("/here").replace("localhost", "127.0.0.1"), folder.resolve("m"));
    server.verify(
        getRequestedFor(urlPathEqualTo("/here"))
            .withHeader("Authorization", equalTo("Bearer s3cret")));
    server.verify(
        getRequestedFor(urlPathEqualTo("/there"))
            .withHeader("Authorization", equalTo("Bearer s3cret")));
    server.verify(getRequestedFor(urlPathEqualTo("/other")).withHeader("Authorization", absent()));
  }

  @Test
  void shown_hidesWhatMayBeSecret() {
    assertEquals(
        "https://h.invalid/a/b", FileDownloader.shown("https://u:p@h.invalid/a/b?X-Sig=abc#x"));
    assertEquals("ftp://h.invalid/a", FileDownloader.shown("ftp://u:p@h.invalid/a?sig=x"));
  }
}
