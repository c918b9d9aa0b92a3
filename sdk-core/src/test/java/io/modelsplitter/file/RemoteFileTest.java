package io.modelsplitter.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.UnavailableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RemoteFileTest extends DownloadFixture {

  private ByteSource open() throws IOException {
    return builder().build().open(server.url());
  }

  private static byte[] read(ByteSource source, int from, int to) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(to - from);
    try (ByteReader reader = source.open(from, to)) {
      bytes.limit((to - from) / 2);
      reader.read(bytes);
      bytes.limit(to - from);
      reader.read(bytes);
    }
    return bytes.array();
  }

  @Test
  void read_range_asksForNothingElse() throws IOException {
    ByteSource source = open();
    assertEquals(SMALL, source.size());
    assertArrayEquals(
        Arrays.copyOfRange(server.content, 1_000, 201_000), read(source, 1_000, 201_000));
    assertEquals(List.of("bytes=0-0", "bytes=1000-200999"), server.ranges);
  }

  @Test
  void read_connectionThatBreaks_goesOnWhereItWas() throws IOException {
    ByteSource source = open();
    server.sends = 50_000;
    assertArrayEquals(Arrays.copyOf(server.content, 120_000), read(source, 0, 120_000));
    assertEquals(
        List.of("bytes=0-0", "bytes=0-119999", "bytes=50000-119999", "bytes=100000-119999"),
        server.ranges);
  }

  @Test
  void read_serverThatIsBusy_isAskedAgain() throws IOException {
    server.refusal = "HTTP/1.1 503 Busy";
    server.refusals.set(2);
    ByteSource source = open();
    server.refusals.set(2);
    assertArrayEquals(Arrays.copyOf(server.content, 10), read(source, 0, 10));
    server.refusals.set(100);
    assertThrows(UnavailableException.class, () -> read(source, 0, 10));
  }

  @Test
  void read_fileThatChanged_isRefused() throws IOException {
    ByteSource source = open();
    String version = source.version();
    server.become(bytes(SMALL, 2), "ETag: \"v2\"");
    UnavailableException e = assertThrows(UnavailableException.class, () -> read(source, 0, 10));
    assertTrue(String.valueOf(e.getMessage()).contains("not what it was"), e::getMessage);
    server.ignoresIfRange = true;
    assertThrows(UnavailableException.class, () -> read(source, 0, 10));
    assertNotEquals(version, open().version());
  }

  @Test
  void open_serverWithoutRanges_saysSo() {
    server.hasRanges = false;
    BadInputException e = assertThrows(BadInputException.class, this::open);
    assertTrue(String.valueOf(e.getMessage()).contains("cannot be read in ranges"), e::getMessage);
  }
}
