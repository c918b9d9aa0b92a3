package io.modelsplitter.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.FolderNames;
import io.modelsplitter.error.BadInputException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every {@link LayerStore} does. */
abstract class LayerStoreContract {
  @TempDir Path work;

  /** An empty store. */
  abstract LayerStore store();

  private Path file(int size) throws IOException {
    byte[] content = new byte[size];
    new Random(size).nextBytes(content);
    return Files.write(work.resolve("file"), content);
  }

  @Test
  void put_thenGet_isTheSameFile() throws IOException {
    LayerStore store = store();
    for (int size : new int[] {0, 1, 70_000, 12_000_000}) {
      putThenGet(store, size);
    }
  }

  private void putThenGet(LayerStore store, int size) throws IOException {
    Path file = file(size);
    byte[] content = Files.readAllBytes(file);
    URI url = store.put(file, "abc.safetensors");
    assertFalse(Files.exists(file));
    assertTrue(store.contains("abc.safetensors"));
    assertEquals(store.publicUrl("abc.safetensors"), url);
    assertTrue(url.isAbsolute());
    Path target = work.resolve("new/target");
    store.get("abc.safetensors", target);
    assertArrayEquals(content, Files.readAllBytes(target));
  }

  @Test
  void put_again_replaces() throws IOException {
    LayerStore store = store();
    store.put(file(10), "abc");
    store.put(file(20), "abc");
    store.get("abc", work.resolve("target"));
    assertEquals(20, Files.size(work.resolve("target")));
  }

  @Test
  void list_hasWhatWasPut_andDeleteTakesItAway() throws IOException {
    LayerStore store = store();
    assertEquals(Map.of(), sizes(store));
    Instant before = Instant.now().minusSeconds(60);
    for (int i = 1; i <= 3; i++) {
      store.put(file(i), "file-" + i);
    }
    assertEquals(Map.of("file-1", 1L, "file-2", 2L, "file-3", 3L), sizes(store));
    store.list(file -> assertTrue(file.modified().isAfter(before), file::toString));
    store.delete("file-2");
    store.delete("file-2");
    assertFalse(store.contains("file-2"));
    assertEquals(Map.of("file-1", 1L, "file-3", 3L), sizes(store));
    assertThrows(BadInputException.class, () -> store.delete("../file-1"));
  }

  private static Map<String, Long> sizes(LayerStore store) throws IOException {
    Map<String, Long> sizes = new TreeMap<>();
    store.list(file -> sizes.put(file.name(), file.bytes()));
    return sizes;
  }

  @Test
  void get_missing_isRefusedAndLeavesNothing() throws IOException {
    LayerStore store = store();
    assertFalse(store.contains("none"));
    assertThrows(BadInputException.class, () -> store.get("none", work.resolve("target")));
    assertEquals(List.of(), FolderNames.of(work));
  }

  @Test
  void name_thatIsAPath_isRefused() throws IOException {
    LayerStore store = store();
    Path file = file(1);
    for (String name :
        List.of("", ".", "..", "../x", "a/b", "/etc/passwd", ".hidden", "a\u0000b", "\u00e9")) {
      assertThrows(BadInputException.class, () -> store.put(file, name));
      assertThrows(BadInputException.class, () -> store.get(name, work.resolve("target")));
      assertThrows(BadInputException.class, () -> store.contains(name));
    }
    assertTrue(Files.exists(file));
  }

  @Test
  void put_fileThatIsNotThere_isAnIoException() {
    assertThrows(NoSuchFileException.class, () -> store().put(work.resolve("missing"), "abc"));
  }
}
