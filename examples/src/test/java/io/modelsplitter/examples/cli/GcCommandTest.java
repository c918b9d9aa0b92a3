package io.modelsplitter.examples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.registry.Block;
import io.modelsplitter.registry.ModelLayer;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import io.modelsplitter.registry.http.RegistryServer;
import io.modelsplitter.storage.LayerStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against real registries and a real folder. */
class GcCommandTest {
  private static final String REGISTERED = "a".repeat(32) + ".safetensors";
  private static final String MOVED = "b".repeat(32) + ".safetensors";
  private static final String RUNNING = "c".repeat(32) + ".gguf";
  private static final String UNUSED = "d".repeat(32) + ".safetensors";
  private static final String YOUNG = "e".repeat(32) + ".safetensors";
  private static final String OF_A_RANK = "0".repeat(32) + ".safetensors";
  private static final String OTHER = "f".repeat(32) + "-config.json";

  @TempDir Path folder;

  private final EmbeddedRegistry registry = EmbeddedRegistry.inMemory();
  private final RegistryServer server = RegistryServer.start(registry);

  @BeforeEach
  void fill() throws IOException {
    FileTime old = FileTime.from(Instant.now().minus(Duration.ofHours(25)));
    for (String name : List.of(REGISTERED, MOVED, RUNNING, UNUSED, YOUNG, OF_A_RANK, OTHER)) {
      Path file = Files.writeString(folder.resolve(name), name);
      if (!name.equals(YOUNG)) {
        Files.setLastModifiedTime(file, old);
      }
    }
    register("a".repeat(32), "https://elsewhere.invalid/x", List.of());
    register("x", LayerStore.directory(folder).publicUrl(MOVED).toString(), List.of());
    Map<String, Object> manifest = Map.of("layer_files", List.of("1".repeat(32), "0".repeat(32)));
    register("y", "https://elsewhere.invalid/y", List.of(manifest));
    Map<String, Object> block = new LinkedHashMap<>();
    block.put("id", "b1");
    block.put("blockInitData", Map.of("layerHash", "c".repeat(32)));
    Object unused = registry.blocks().create(Block.fromMap(block));
  }

  private void register(String hash, String url, List<Map<String, Object>> metadata) {
    ModelLayer layer = new ModelLayer(hash, "m", "c", url, metadata, 0, 1);
    Object unused = registry.modelLayers().create(layer);
  }

  @AfterEach
  void close() {
    server.close();
    registry.close();
  }

  private int gc(String... options) {
    return gc(server, options).exitCode();
  }

  private ToolRun gc(RegistryServer registries, String... options) {
    Map<String, String> environment =
        Map.of(
            "LAYER_STORE_URL", folder.toUri().toString(),
            "MODEL_LAYERS_REGISTRY_URL", registries.url().toString(),
            "BLOCK_DB_URL", registries.url().toString());
    String[] args = Stream.concat(Stream.of("gc"), Stream.of(options)).toArray(String[]::new);
    return ToolRun.in(environment, args);
  }

  private Set<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  @Test
  void gc_withoutDelete_removesNothing() throws IOException {
    assertEquals(0, gc());
    assertEquals(7, files().size());
  }

  @Test
  void gc_removesOnlyWhatIsOldAndNamedByNobody() throws IOException {
    assertEquals(0, gc("--delete"));
    assertEquals(
        new TreeSet<>(List.of(REGISTERED, MOVED, RUNNING, YOUNG, OF_A_RANK, OTHER)), files());
    assertEquals(0, gc("--delete", "--grace-hours", "0"));
    assertFalse(files().contains(YOUNG));
    assertEquals(5, files().size());
  }

  @Test
  void gc_ofARegistryWithoutLayers_removesNothingUnlessItIsForcedTo() throws IOException {
    try (EmbeddedRegistry empty = EmbeddedRegistry.inMemory();
        RegistryServer wrong = RegistryServer.start(empty)) {
      ToolRun run = gc(wrong, "--delete");
      assertEquals(64, run.exitCode());
      assertTrue(run.errors().contains("MODEL_LAYERS_REGISTRY_URL"), run::errors);
      assertEquals(0, gc(wrong).exitCode());
      assertEquals(7, files().size());
      assertEquals(0, gc(wrong, "--delete", "--force").exitCode());
      assertEquals(new TreeSet<>(List.of(YOUNG, OTHER)), files());
    }
  }

  @Test
  void gc_whereBlocksCannotBeAsked_removesNothing() throws IOException {
    server.close();
    assertTrue(gc("--delete") != 0);
    assertEquals(7, files().size());
  }
}
