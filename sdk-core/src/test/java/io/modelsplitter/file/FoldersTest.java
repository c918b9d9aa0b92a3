package io.modelsplitter.file;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.modelsplitter.FolderNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoldersTest {
  @TempDir Path folder;

  @Test
  void delete_followsNoLink() throws IOException {
    Path outside = Files.createDirectory(folder.resolve("outside"));
    Files.writeString(outside.resolve("kept"), "x");
    Path inside = Files.createDirectories(folder.resolve("inside/deeper"));
    Files.createSymbolicLink(inside.resolve("link"), outside);
    Folders.delete(folder.resolve("inside"));
    Folders.delete(folder.resolve("inside"));
    assertEquals(List.of("outside"), FolderNames.of(folder));
    assertEquals(List.of("kept"), FolderNames.of(outside));
  }
}
