package io.modelsplitter.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.modelsplitter.Context;
import io.modelsplitter.checkpoint.Checkpoint;
import io.modelsplitter.checkpoint.Granularity;
import io.modelsplitter.checkpoint.SplitPlan;
import io.modelsplitter.file.Archives;
import io.modelsplitter.json.Json;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import io.modelsplitter.storage.LayerStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a job that was stopped while it wrote its ranks does with those that it finds. */
class PieceMakerTest {
  @TempDir Path folder;

  private final EmbeddedRegistry registry = EmbeddedRegistry.inMemory();

  @AfterEach
  void close() {
    registry.close();
  }

  private PieceMaker maker() {
    Map<String, String> environment =
        Map.of(
            "TASK_ID", "t",
            "TASK_STATUS_UPDATE_URL", "http://something.invalid",
            "MODEL_LAYERS_REGISTRY_URL", "http://something.invalid",
            "BLOCK_DB_URL", "http://something.invalid",
            "MODEL_SPLITTER_WORK_FOLDER", folder.resolve("work").toString(),
            "TASK_DATA",
                "{\"model_name\": \"m\", \"model_download_url\": \"file:///m\","
                    + " \"world_size\": 3, \"model_split_config\": {}}");
    LayerStore store = LayerStore.from(Map.of("LAYER_STORE_URL", folder.toUri().toString()));
    return new PieceMaker(
        new StoredLayers(registry.modelLayers(), store), Context.from(environment));
  }

  private List<String> write(int width, String model) throws IOException {
    Path archive = folder.resolve(model + ".tar.gz");
    Path unpacked = folder.resolve(model);
    new SyntheticCheckpoint(3, width, 500).writeArchive(model, archive);
    if (!Files.exists(unpacked)) {
      Archives.extract(archive, unpacked);
    }
    Path files = Files.createDirectories(folder.resolve("files"));
    SplitPlan plan = SplitPlan.pipeline(Checkpoint.open(unpacked.resolve(model)), 3);
    return maker().write(plan, plan.shards(Granularity.RANK), model, false, files).stream()
        .map(Json::write)
        .toList();
  }

  /** Registries are full of these: the same tensors must go on giving them. */
  @Test
  void write_quickstartModel_hasTheHashesOfTheReadme() throws IOException {
    Path archive = folder.resolve("gpt2.tar.gz");
    SyntheticCheckpoint.gpt2().writeArchive("gpt2", archive);
    Archives.extract(archive, folder.resolve("unpacked"));
    SplitPlan plan =
        SplitPlan.pipeline(Checkpoint.open(folder.resolve("unpacked").resolve("gpt2")), 4);
    assertEquals(
        List.of(
            "0b3af2cbca26987622c6a8cde4e21230",
            "c4530a91fc18a7f78603066331f27afe",
            "5e0a2b51850dd68436c3ce95ae5ae35b",
            "bf080e17dc40556e046c67aeb41517c0"),
        maker()
            .write(plan, plan.shards(Granularity.RANK), "gpt2", false, folder.resolve("files"))
            .stream()
            .map(piece -> String.valueOf(piece.get("md5")))
            .toList());
  }

  @Test
  void write_ranksOfTheSameModel_stayAsTheyAre() throws IOException {
    List<String> first = write(64, "a");
    FileTime longAgo = FileTime.fromMillis(0);
    Files.setLastModifiedTime(folder.resolve("files/rank-1.safetensors"), longAgo);
    assertEquals(first, write(64, "a"));
    assertEquals(longAgo, Files.getLastModifiedTime(folder.resolve("files/rank-1.safetensors")));
  }

  @Test
  void write_rankThatIsDamaged_isWrittenAgain() throws IOException {
    List<String> first = write(64, "a");
    Path rank = folder.resolve("files/rank-1.safetensors");
    byte[] bytes = Files.readAllBytes(rank);
    bytes[bytes.length - 1] ^= 1;
    Files.write(rank, bytes);
    assertEquals(first, write(64, "a"));
    bytes[bytes.length - 1] ^= 1;
    assertArrayEquals(bytes, Files.readAllBytes(rank));
  }

  @Test
  void write_ranksOfAnotherModel_areNotTakenForThisOne() throws IOException {
    List<String> first = write(64, "a");
    List<String> second = write(72, "b");
    for (int rank = 0; rank < 3; rank++) {
      assertNotEquals(first.get(rank), second.get(rank));
    }
    assertEquals(first, write(64, "a"));
  }
}
