package io.modelsplitter.file;

import static io.modelsplitter.Refusals.refused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.UnavailableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
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
    refused(UnavailableException.class, () -> read(source, 0, 10), "not what it was");
    server.ignoresIfRange = true;
    assertThrows(UnavailableException.class, () -> read(source, 0, 10));
    assertNotEquals(version, open().version());
  }

  @Test
  void open_serverWithoutRanges_saysSo() {
    server.hasRanges = false;
    refused(BadInputException.class, this::open, "cannot be read in ranges");
  }

  @Test
  void open_serverThatTellsNoVersion_saysSo() {
    for (String validator : List.of("", "ETag: W/\"1\"")) {
      server.validator = validator;
      refused(NoRangesException.class, this::open, "neither a strong ETag");
    }
  }

  @Test
  void read_serverThatTellsNoVersionAnyMore_isRefused() throws IOException {
    ByteSource source = open();
    server.become(bytes(SMALL, 2), "");
    server.ignoresIfRange = true;
    refused(UnavailableException.class, () -> read(source, 0, 10), "no longer says");
  }

  @Test
  void read_fileOfAnotherLength_isRefused() throws IOException {
    ByteSource source = open();
    server.content = bytes(SMALL - 1, 2);
    assertThrows(UnavailableException.class, () -> read(source, 0, 10));
    server.content = bytes(5, 2);
    assertThrows(UnavailableException.class, () -> read(source, 5, 10));
  }

  @Test
  void read_serverThatSendsAByteAtATime_isGivenUp() throws IOException {
    ByteSource source = open();
    server.sends = 1;
    assertThrows(UnavailableException.class, () -> read(source, 0, 1_000));
    assertEquals(6, server.ranges.size());
    assertArrayEquals(Arrays.copyOf(server.content, 4), read(source, 0, 4)); // four is not too many
  }

  @Test
  void read_serverThatTrickles_isGivenUp() throws IOException {
    ByteSource source =
        builder().stallTimeout(Duration.ofMillis(100)).attempts(2).build().open(server.url());
    server.sends = 20_000;
    server.trickles = true;
    assertArrayEquals(Arrays.copyOf(server.content, 20_000), read(source, 0, 20_000));
    server.sends = 10;
    refused(UnavailableException.class, () -> read(source, 0, 100_000), "it stalls");
  }

  private static byte[] readAll(ByteSource source, Stride stride, int bytes) throws IOException {
    ByteBuffer all = ByteBuffer.allocate(bytes);
    try (ByteReader reader = source.open(stride)) {
      while (all.hasRemaining()) { // in pieces that fit no span
        ByteBuffer some = ByteBuffer.allocate(Math.min(all.remaining(), 777));
        reader.read(some);
        all.put(some.flip());
      }
    }
    return all.array();
  }

  @Test
  void readStride_serverWithoutSets_isTheSame() throws IOException {
    Stride stride =
        new Stride(7, 100, 5_000, List.of(new Stride.Span(3, 500), new Stride.Span(1_000, 900)));
    ByteBuffer expected = ByteBuffer.allocate(140_000);
    for (int row = 0; row < 100; row++) {
      expected.put(server.content, 7 + row * 5_000 + 3, 500);
      expected.put(server.content, 7 + row * 5_000 + 1_000, 900);
    }
    ByteSource source = open();
    for (int again = 0; again < 2; again++) {
      assertArrayEquals(expected.array(), readAll(source, stride, 140_000));
    }
    // The first byte; the set, to which it answers with everything; and twice the stretch.
    assertEquals(4, server.ranges.size(), server.ranges::toString);
    server.hasRanges = false;
    assertThrows(UnavailableException.class, () -> readAll(source, stride, 140_000));
  }
}
