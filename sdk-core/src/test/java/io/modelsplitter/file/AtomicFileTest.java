package io.modelsplitter.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.modelsplitter.FolderNames;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  @TempDir Path folder;

  @Test
  void committed_isThere() throws IOException {
    Path target = folder.resolve("new/folder/file");
    try (AtomicFile file = AtomicFile.create(target)) {
      file.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
      assertFalse(Files.exists(target));
      file.commit();
    }
    assertArrayEquals(new byte[] {1, 2, 3}, Files.readAllBytes(target));
    assertEquals(List.of("file"), FolderNames.of(target.resolveSibling("")));
  }

  @Test
  void notCommitted_leavesWhatWasThere() throws IOException {
    Path target = Files.writeString(folder.resolve("file"), "old");
    try (AtomicFile file = AtomicFile.create(target)) {
      file.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
    }
    assertEquals("old", Files.readString(target));
    assertEquals(List.of("file"), FolderNames.of(folder));
  }

  @Test
  void streamClosedBeforeCommit_isThere() throws IOException {
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
  void large_isWhole() throws IOException {
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
    assertEquals(List.of("file"), FolderNames.of(folder));
    try (AtomicFile file = AtomicFile.create(target)) {
      for (int i = 0; i < 100; i++) {
        file.write(ByteBuffer.wrap(block));
      }
    } // while it may still be being sent
    assertEquals(List.of("file"), FolderNames.of(folder));
  }
}
