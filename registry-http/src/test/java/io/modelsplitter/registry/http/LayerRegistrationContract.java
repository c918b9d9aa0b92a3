package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.LayerRegistration;
import io.modelsplitter.LayerUse;
import io.modelsplitter.RegisteredLayer;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.file.LayerHash;
import io.modelsplitter.registry.Block;
import io.modelsplitter.registry.ModelLayer;
import io.modelsplitter.registry.client.Blocks;
import io.modelsplitter.registry.client.ModelLayerClient;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every splitter does with a layer, through clients and server. */
abstract class LayerRegistrationContract {
  private static final String COMPONENT = "split-runner.torch:v1";

  @TempDir Path folder;

  private RemoteRegistries remote;
  private final AtomicInteger published = new AtomicInteger();
  private Path file = Path.of("");
  private String hash = "";

  /** New, empty registries. */
  protected abstract EmbeddedRegistry registries();

  @BeforeEach
  void writeAFile() throws IOException {
    remote = new RemoteRegistries(registries());
    file = Files.writeString(folder.resolve("layer"), "a layer");
    hash = new LayerHash().digests(file).md5();
  }

  @AfterEach
  void close() {
    remote.close();
  }

  private LayerRegistration registration() {
    return LayerRegistration.from(
        Map.of("MODEL_LAYERS_REGISTRY_URL", remote.url(), "BLOCKS_DB_URL", remote.url()));
  }

  private RegisteredLayer findOrRegister(LayerUse use) throws IOException {
    return registration()
        .findOrRegister(
            file,
            COMPONENT,
            use,
            Map.of("precision", "fp16"),
            (path, digests) -> {
              published.incrementAndGet();
              assertEquals(file, path);
              return URI.create("https://layers.example.com/" + digests.md5());
            });
  }

  @Test
  void firstJob_registersAndTheNextReuses() throws IOException {
    RegisteredLayer first = findOrRegister(new LayerUse("gpt2", 1, 4));
    ModelLayer layer =
        new ModelLayer(
            hash,
            "gpt2",
            COMPONENT,
            "https://layers.example.com/" + hash,
            List.of(Map.of("precision", "fp16")),
            1,
            4);
    assertEquals(new RegisteredLayer(layer, false, List.of()), first);

    LayerUse use = new LayerUse("gpt2-large", 0, 2);
    for (int i = 0; i < 2; i++) {
      RegisteredLayer next = findOrRegister(use);
      assertTrue(next.reused());
      assertEquals(1, next.layer().modelLayerRank());
      assertEquals(
          List.of(
              Map.of("precision", "fp16"),
              Map.of("asset_id", "gpt2-large", "rank", 0, "world_size", 2)),
          next.layer().modelLayerMetadata());
    }
    assertEquals(1, published.get());
  }

  @Test
  void blocksThatRunTheLayer_areFound() throws IOException {
    Blocks blocks = Blocks.at(remote.url());
    Map<String, Object> init = Map.of("layerHash", hash);
    Block running = new Block(Map.of("id", "b1", "componentUri", COMPONENT, "blockInitData", init));
    blocks.create(running);
    blocks.create(new Block(Map.of("id", "b2", "componentUri", "x", "blockInitData", init)));
    assertEquals(List.of(running), findOrRegister(new LayerUse("gpt2", 0, 1)).blocks());
    assertEquals(List.of(running), findOrRegister(new LayerUse("gpt2", 0, 1)).blocks());
  }

  @Test
  void manyJobsAtOnce_registerOneAndEachUseIsNoted() throws Exception {
    int jobs = 24;
    List<Callable<RegisteredLayer>> work = new ArrayList<>();
    for (int job = 0; job < jobs; job++) {
      LayerUse use = new LayerUse("model-" + job, 0, job + 1);
      work.add(() -> findOrRegister(use));
    }
    ExecutorService executor = Executors.newFixedThreadPool(jobs);
    int created = 0;
    try {
      for (Future<RegisteredLayer> future : executor.invokeAll(work)) {
        RegisteredLayer layer = future.get();
        assertEquals(hash, layer.layer().modelLayerHash());
        created += layer.reused() ? 0 : 1;
      }
    } finally {
      executor.shutdownNow();
    }
    assertEquals(1, created);
    ModelLayer layer = ModelLayerClient.at(remote.url()).get(hash).value();
    assertEquals(jobs, layer.modelLayerMetadata().size()); // one record, and the uses of the others
    assertEquals(jobs, new HashSet<>(layer.modelLayerMetadata()).size());
  }

  @Test
  void publisherThatFails_leavesNoRecord() {
    LayerRegistration registration = registration();
    assertThrows(
        IOException.class,
        () ->
            registration.findOrRegister(
                file,
                COMPONENT,
                new LayerUse("gpt2", 0, 1),
                Map.of(),
                (path, digests) -> {
                  throw new IOException("no space left");
                }));
    assertTrue(registration.find(hash).isEmpty());
  }

  @Test
  void registryThatIsAway_isSaid() {
    LayerRegistration away =
        LayerRegistration.from(
            Map.of(
                "MODEL_LAYERS_REGISTRY_URL",
                "http://127.0.0.1:1",
                "BLOCK_DB_URL",
                "http://127.0.0.1:1"));
    assertThrows(UnavailableException.class, () -> away.find(hash));
    assertThrows(UnavailableException.class, () -> away.running(COMPONENT, hash));
    assertFalse(registration().find(hash).isPresent());
  }
}
