package io.modelsplitter.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.file.HttpSource.PassingException;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long a download waits before it tries again. */
class RetryPauseTest {
  private static final Duration FIRST = Duration.ofMillis(500);

  private static final DownloadOptions OPTIONS =
      new DownloadOptions(
          null, Map.of(), 1, false, 0, 1, 1, FIRST, FIRST, FIRST, FIRST, (bytes, all) -> {}, null);

  @ParameterizedTest
  @CsvSource({"1, 1000", "2, 2000", "4, 8000", "5, 15000", "1000, 15000"})
  void length_doubles_upToItsMost(int failures, long mostMillis) {
    for (int i = 0; i < 100; i++) {
      long pause = RetryPause.length(FIRST, failures, Duration.ZERO).toMillis();
      assertTrue(pause >= mostMillis / 2 && pause <= mostMillis, () -> pause + " ms");
    }
  }

  @Test
  void length_serverThatAsksForMore_isHeeded() {
    Duration minute = Duration.ofMinutes(1);
    assertEquals(minute, RetryPause.length(FIRST, 3, minute));
    assertEquals(minute, RetryPause.length(FIRST, 0, minute));
    assertEquals(Duration.ZERO, RetryPause.length(FIRST, 0, Duration.ZERO));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "soon, 0",
    "-1, 0",
    "999999999, 120",
    "99999999999, 0",
    "'Tue, 1 Jan 1980 00:00:00 GMT', 0"
  })
  void wait_isWhatTheServerAsksFor(String header, long seconds) throws IOException {
    try (RangeServer server = new RangeServer(new byte[1])) {
      server.refusal = "HTTP/1.1 429 Too Many Requests\r\nRetry-After: " + header;
      server.refusals.set(1);
      HttpSource source = new HttpSource(server::url, null, OPTIONS);
      PassingException e =
          assertThrows(PassingException.class, () -> source.get(0, Long.MAX_VALUE, ""));
      assertEquals(seconds, e.wait.toSeconds());
    }
  }
}
