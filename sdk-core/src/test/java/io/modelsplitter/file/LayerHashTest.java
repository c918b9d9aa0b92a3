package io.modelsplitter.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayerHashTest {
  @TempDir Path folder;

  @Test
  void digests_areWhatMd5sumPrints() throws IOException {
    Path file = Files.writeString(folder.resolve("a"), "hello\n");
    assertEquals("b1946ac92492d2347c6235b4d2611184", new LayerHash().getHash(file.toString()));
    assertEquals(
        new FileDigests(
            6,
            "b1946ac92492d2347c6235b4d2611184",
            "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"),
        new LayerHash().digests(file));
    Path empty = Files.createFile(folder.resolve("empty"));
    assertEquals("d41d8cd98f00b204e9800998ecf8427e", new LayerHash().getHash(empty.toString()));
  }

  @Test
  void getHash_ofWhatCannotBeRead_isNull() {
    assertNull(new LayerHash().getHash(folder.resolve("missing").toString()));
    assertNull(new LayerHash().getHash(folder.toString()));
    assertNull(new LayerHash().getHash("a\u0000b"));
    assertThrows(
        NoSuchFileException.class, () -> new LayerHash().digests(folder.resolve("missing")));
  }

  @Test
  void listener_hearsOfEveryByteAndMayEndIt() throws IOException {
    Path file = Files.write(folder.resolve("a"), DownloadFixture.bytes(1_000_001, 5));
    Path other = Files.write(folder.resolve("b"), new byte[7]);
    AtomicLong heard = new AtomicLong();
    FileDigests digests = new LayerHash().digests(file);
    assertEquals(digests.md5(), new LayerHash().md5(file, heard::addAndGet));
    assertEquals(digests.sha256(), new LayerHash().sha256(file, heard::addAndGet));
    assertEquals(
        digests, new LayerHash().digests(List.of(file, other), heard::addAndGet).get(file));
    assertEquals(3 * 1_000_001 + 7, heard.get());
    assertThrows(
        CancellationException.class,
        () ->
            new LayerHash()
                .digests(
                    List.of(file, other),
                    read -> {
                      throw new CancellationException();
                    }));
  }
}
