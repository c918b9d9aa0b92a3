package io.modelsplitter.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.modelsplitter.FolderNames;
import io.modelsplitter.error.BadInputException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectoryLayerStoreTest extends LayerStoreContract {
  @TempDir Path folder;

  @Override
  LayerStore store() {
    return LayerStore.directory(folder.resolve("deep/layers"));
  }

  @Test
  void publicUrl_isAnAbsoluteFileUrl() {
    URI url = LayerStore.directory(Path.of("relative dir")).publicUrl("abc");
    assertTrue(url.toString().startsWith("file:///"), url::toString);
    assertTrue(Path.of(url).isAbsolute());
    assertEquals("abc", String.valueOf(Path.of(url).getFileName()));
  }

  @Test
  void from_fileUrl() throws IOException {
    LayerStore store = LayerStore.from(Map.of("LAYER_STORE_URL", folder.toUri().toString()));
    store.put(Files.writeString(folder.resolve("x"), "x"), "abc");
    assertEquals("x", Files.readString(folder.resolve("abc")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/layers",
        "file://host/x",
        "file:relative",
        "http://x.invalid",
        "s3:///x",
        "%"
      })
  void from_whatIsNoStore_isRefused(String url) {
    assertThrows(BadInputException.class, () -> LayerStore.from(Map.of("LAYER_STORE_URL", url)));
  }

  @Test
  void put_onAnotherFileSystem_copies() throws IOException {
    Path memory = Path.of("/dev/shm");
    assumeTrue(isOnAnotherFileSystem(memory), "there is no second file system");
    Path file = Files.createTempFile(memory, "layer", ".safetensors");
    try {
      Files.writeString(file, "content");
      Path layers = folder.resolve("layers");
      LayerStore.directory(layers).put(file, "abc");
      assertEquals("content", Files.readString(layers.resolve("abc")));
      assertTrue(Files.notExists(file));
      assertEquals(List.of("abc"), FolderNames.of(layers));
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private boolean isOnAnotherFileSystem(Path path) {
    try {
      return Files.isWritable(path) && !Files.getFileStore(path).equals(Files.getFileStore(folder));
    } catch (IOException e) {
      return false; // a container may hide its mounts
    }
  }
}
