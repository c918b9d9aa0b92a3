package io.modelsplitter.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilesTest {
  @TempDir Path folder;

  @Test
  void layerHash_isWhatMd5sumPrints() throws IOException {
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
  void layerHash_ofWhatCannotBeRead_isNull() {
    assertNull(new LayerHash().getHash(folder.resolve("missing").toString()));
    assertNull(new LayerHash().getHash(folder.toString()));
    assertNull(new LayerHash().getHash("a\u0000b"));
    assertThrows(
        NoSuchFileException.class, () -> new LayerHash().digests(folder.resolve("missing")));
  }

  @Test
  void layerHash_listener_hearsOfEveryByteAndMayEndIt() throws IOException {
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

  @Test
  void atomicFile_committed_isThere() throws IOException {
    Path target = folder.resolve("new/folder/file");
    try (AtomicFile file = AtomicFile.create(target)) {
      file.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
      assertFalse(Files.exists(target));
      file.commit();
    }
    assertArrayEquals(new byte[] {1, 2, 3}, Files.readAllBytes(target));
    assertEquals(List.of("file"), names(target.resolveSibling("")));
  }

  @Test
  void atomicFile_notCommitted_leavesWhatWasThere() throws IOException {
    Path target = Files.writeString(folder.resolve("file"), "old");
    try (AtomicFile file = AtomicFile.create(target)) {
      file.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
    }
    assertEquals("old", Files.readString(target));
    assertEquals(List.of("file"), names(folder));
  }

  @Test
  void atomicFile_streamClosedBeforeCommit_isThere() throws IOException {
    Path target = folder.resolve("file");
    try (AtomicFile file = AtomicFile.create(target)) {
      try (var out = file.stream()) {
        out.write(7);
      }
      file.commit();
    }
    assertArrayEquals(new byte[] {7}, Files.readAllBytes(target));
  }

  @Test
  void atomicFile_large_isSentToTheDiskMeanwhileAndWhole() throws IOException {
    Path target = folder.resolve("file");
    byte[] block = DownloadFixture.bytes(1 << 20, 3);
    Digester digester = new Digester();
    try (AtomicFile file = AtomicFile.create(target)) {
      for (int i = 0; i < 100; i++) {
        file.write(ByteBuffer.wrap(block));
        digester.update(block, 0, block.length);
      }
      file.commit();
    }
    assertEquals(digester.finish(), new LayerHash().digests(target));
    assertEquals(List.of("file"), names(folder));
    try (AtomicFile file = AtomicFile.create(target)) {
      for (int i = 0; i < 100; i++) {
        file.write(ByteBuffer.wrap(block));
      }
    } // while it may still be being sent
    assertEquals(List.of("file"), names(folder));
  }

  @Test
  void folders_delete_followsNoLink() throws IOException {
    Path outside = Files.createDirectory(folder.resolve("outside"));
    Files.writeString(outside.resolve("kept"), "x");
    Path inside = Files.createDirectories(folder.resolve("inside/deeper"));
    Files.createSymbolicLink(inside.resolve("link"), outside);
    Folders.delete(folder.resolve("inside"));
    Folders.delete(folder.resolve("inside"));
    assertEquals(List.of("outside"), names(folder));
    assertEquals(List.of("kept"), names(outside));
  }

  static List<String> names(Path folder) throws IOException {
    try (Stream<Path> list = Files.list(folder)) {
      return list.map(path -> String.valueOf(path.getFileName())).sorted().toList();
    }
  }
}
