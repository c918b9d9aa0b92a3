package io.modelsplitter.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.checkpoint.CountingServer;
import io.modelsplitter.file.Archives;
import io.modelsplitter.query.Filter;
import io.modelsplitter.registry.Block;
import io.modelsplitter.registry.ModelLayer;
import io.modelsplitter.registry.NewTask;
import io.modelsplitter.registry.Task;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The splitter as a container runs it: by environment variables alone, in its own process. */
class SafetensorsSplitterIT extends SplitterProcess {
  @Test
  void run_splitsStoresAndRegisters() throws Exception {
    Ended ended = run();
    assertEquals(0, ended.exitCode(), ended.errors());
    assertEquals("complete", task().taskStatus());
    List<ModelLayer> layers = registry.modelLayers().query(Filter.eq("model_asset_id", "gpt2"));
    assertEquals(3, layers.size());
    for (ModelLayer layer : layers) {
      assertEquals(3, layer.modelWorldSize());
      assertEquals("registry://component/safetensors-stage", layer.modelComponentRegistryUri());
      assertEquals(
          Map.of("asset_id", "gpt2", "rank", layer.modelLayerRank(), "world_size", 3),
          layer.modelLayerMetadata().get(1));
    }
    // Three ranks, config.json, the plan, the vDAG and its blocks.
    assertEquals(7, stored().size());
    String hash = "\"layerHash\":\"" + layers.get(0).modelLayerHash();
    assertTrue(contentOf("blocks").contains(hash), () -> hash);
    assertTrue(contentOf("vdag").contains("\"outputs\":[{\"nodeLabel\":\"stage-2\"}]"));
    assertTrue(String.valueOf(task().taskStatusData().get("artifact")).endsWith("registry.json"));
    assertFalse(Files.exists(folder.resolve("work/task-" + environment.get("TASK_ID") + "")));
  }

  @Test
  void run_whereABlockRunsALayer_namesIt() throws Exception {
    Ended first = run();
    assertEquals(0, first.exitCode(), first.errors());
    ModelLayer layer = registry.modelLayers().query(Filter.eq("model_layer_rank", 1)).get(0);
    String hash = layer.modelLayerHash();
    Map<String, Object> block = new LinkedHashMap<>();
    block.put("id", "block-of-rank-1");
    block.put("componentUri", layer.modelComponentRegistryUri());
    block.put("blockInitData", Map.of("layerHash", hash));
    Object unused = registry.blocks().create(Block.fromMap(block));

    environment.put(
        "TASK_ID", registry.tasks().create(NewTask.of("model_splits", Map.of())).taskId());
    Ended second = run();
    assertEquals(0, second.exitCode(), second.errors());
    assertTrue(contentOf("vdag").contains("\"manualBlockId\":\"block-of-rank-1\""));
    assertFalse(contentOf("blocks").contains(hash));
  }

  @Test
  void run_tensorParallel_registersSlices() throws Exception {
    taskData(
        model.toUri().toString(), 4, Map.of("split_strategy", "tensor_parallel", "tp_degree", 2));
    Ended ended = run();
    assertEquals(0, ended.exitCode(), ended.errors());
    ModelLayer layer = registry.modelLayers().query(Filter.eq("model_layer_rank", 3)).get(0);
    Map<String, Object> metadata = layer.modelLayerMetadata().get(0);
    assertEquals("tensor_parallel", metadata.get("split_strategy"));
    assertEquals(1, metadata.get("tp_rank"));
    assertEquals(1, metadata.get("stage"));
    assertTrue(
        String.valueOf(metadata.get("tensor_list"))
            .contains("name=h.2.mlp.c_proj.weight, dtype=F32, shape=[128, 64]"),
        metadata::toString);
    assertEquals(2, task().taskStatusData().get("tp_degree"));
  }

  @Test
  void run_byLayer_registersLayersAndManifests() throws Exception {
    taskData(model.toUri().toString(), 2, Map.of("granularity", "layer"));
    Ended ended = run();
    assertEquals(0, ended.exitCode(), ended.errors());
    List<ModelLayer> manifests =
        registry.modelLayers().query(Filter.eq("model_layer_metadata.label", "manifest"));
    assertEquals(2, manifests.size());
    for (ModelLayer manifest : manifests) {
      for (Object hash :
          (List<?>) manifest.modelLayerMetadata().get(0).getOrDefault("layer_files", List.of())) {
        String url = registry.modelLayers().get(String.valueOf(hash)).value().modelLayerPublicUrl();
        assertTrue(Files.exists(Path.of(URI.create(url))), url);
      }
    }
    // Before, three layers, after, and two manifests.
    assertEquals(7, registry.modelLayers().query(Filter.all()).size());
  }

  @Test
  void run_someRanks_makesNoOthers() throws Exception {
    taskData(model.toUri().toString(), 3, Map.of("ranks", List.of(1)));
    assertEquals(0, run().exitCode());
    List<ModelLayer> layers = registry.modelLayers().query(Filter.all());
    assertEquals(List.of(1), layers.stream().map(ModelLayer::modelLayerRank).toList());
  }

  @Test
  void run_oneRankOfAServersModel_readsItsBytesOnly() throws Exception {
    Path unpacked = folder.resolve("unpacked");
    Archives.extract(model, unpacked);
    try (CountingServer models = new CountingServer(unpacked)) {
      for (String name : List.of("gpt2/", "gpt2/model.safetensors")) {
        newTask();
        taskData(models.url(name), 3, Map.of("dry_run", true));
        models.sent.set(0);
        Ended ended = run();
        assertEquals(0, ended.exitCode(), ended.errors());
        long headers = models.sent.get();
        assertTrue(headers < 20_000, () -> "a dry run read " + headers + " bytes");
        newTask();
        taskData(models.url(name), 3, Map.of("ranks", List.of(1)));
        models.sent.set(0);
        assertEquals(0, run().exitCode());
        ModelLayer layer = registry.modelLayers().query(Filter.eq("model_layer_rank", 1)).get(0);
        int bytes = (Integer) layer.modelLayerMetadata().get(0).getOrDefault("bytes", 0);
        assertTrue(
            models.sent.get() < bytes + 2 * headers, // which it reads in two phases
            () -> "the job read %d bytes for %d".formatted(models.sent.get(), bytes));
      }
      // The whole model, from the files of a folder.
      newTask();
      taskData(models.url("gpt2/"), 3, Map.of());
      assertEquals(0, run().exitCode());
      assertEquals(3, registry.modelLayers().query(Filter.all()).size());
      assertTrue(String.valueOf(task().taskStatusData().get("files")).contains("config.json"));
    }
  }

  @Test
  void run_dryRun_saysWhatItWouldDo() throws Exception {
    taskData(
        model.toUri().toString(), 2, Map.of("split_strategy", "tensor_parallel", "dry_run", true));
    Ended ended = run();
    assertEquals(0, ended.exitCode(), ended.errors());
    assertEquals("planned", task().taskStatusData().get("status"));
    assertTrue(
        String.valueOf(task().taskStatusData().get("table")).contains("GPT-2, 3 layers"),
        () -> task().toString());
    assertEquals(List.of(), stored());
    assertEquals(List.of(), registry.modelLayers().query(Filter.all()));
  }

  @Test
  void run_sameLayersUnderAnotherName_areReusedAndNoted() throws Exception {
    assertEquals(0, run().exitCode());
    Task again = registry.tasks().create(NewTask.of("model_splits", Map.of()));
    environment.put("TASK_ID", again.taskId());
    environment.put(
        "TASK_DATA", String.valueOf(environment.get("TASK_DATA")).replace("\"gpt2\"", "\"other\""));
    assertEquals(0, run().exitCode());
    List<?> layers = (List<?>) task().taskStatusData().getOrDefault("layers", List.of());
    assertTrue(
        layers.stream().allMatch(layer -> Boolean.TRUE.equals(((Map<?, ?>) layer).get("reused"))));
    ModelLayer layer = registry.modelLayers().query(Filter.eq("model_layer_rank", 1)).get(0);
    assertEquals("gpt2", layer.modelAssetId());
    assertEquals(
        Map.of("asset_id", "other", "rank", 1, "world_size", 3), layer.modelLayerMetadata().get(2));
  }

  @Test
  void run_storeThatWasMoved_storesAgainAndMendsTheRecord() throws Exception {
    assertEquals(0, run().exitCode());
    Files.move(folder.resolve("layers"), folder.resolve("moved"));
    environment.put("LAYER_STORE_URL", folder.resolve("elsewhere").toUri().toString());
    newTask();
    assertEquals(0, run().exitCode());
    for (ModelLayer layer : registry.modelLayers().query(Filter.all())) {
      assertTrue(Files.exists(Path.of(URI.create(layer.modelLayerPublicUrl()))), layer::toString);
    }
  }
}
