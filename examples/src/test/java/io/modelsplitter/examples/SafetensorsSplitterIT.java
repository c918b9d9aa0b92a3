package io.modelsplitter.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.modelsplitter.ModelSplitterExecutor;
import io.modelsplitter.checkpoint.CountingServer;
import io.modelsplitter.file.Archives;
import io.modelsplitter.json.Json;
import io.modelsplitter.query.Filter;
import io.modelsplitter.registry.Block;
import io.modelsplitter.registry.ModelLayer;
import io.modelsplitter.registry.NewTask;
import io.modelsplitter.registry.Task;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import io.modelsplitter.registry.http.RegistryServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The splitter as a container runs it: by environment variables alone, in its own process. */
class SafetensorsSplitterIT {
  @TempDir Path folder;

  private EmbeddedRegistry registry = EmbeddedRegistry.inMemory();
  private RegistryServer server =
      RegistryServer.builder()
          .modelLayers(registry.modelLayers())
          .tasks(registry.tasks())
          .blocks(registry.blocks())
          .start();
  private Path model = Path.of("");
  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void makeModelAndTask() throws IOException {
    model = folder.resolve("gpt2.tar.gz");
    new SyntheticCheckpoint(3, 64, 500).writeArchive("gpt2", model);
    Task task = registry.tasks().create(NewTask.of("model_splits", Map.of()));
    environment.put("TASK_ID", task.taskId());
    environment.put("TASK_STATUS_UPDATE_URL", server.url().toString());
    environment.put("MODEL_LAYERS_REGISTRY_URL", server.url().toString());
    environment.put("BLOCK_DB_URL", server.url().toString());
    environment.put("LAYER_STORE_URL", folder.resolve("layers").toUri().toString());
    environment.put("MODEL_SPLITTER_WORK_FOLDER", folder.resolve("work").toString());
    taskData(model.toUri().toString(), 3, Map.of("split_strategy", "pipeline_parallel"));
  }

  @AfterEach
  void stop() {
    server.close();
    registry.close();
  }

  private void taskData(String url, int worldSize, Map<String, Object> config) {
    environment.put(
        "TASK_DATA",
        Json.write(
            Map.of(
                "model_name", "gpt2",
                "model_download_url", url,
                "world_size", worldSize,
                "model_split_config", config)));
  }

  private record Ended(int exitCode, String errors) {}

  private Ended run(String... before) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(before));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx64m");
    command.add("-cp");
    command.add(Path.of("target", "quickstart.jar").toAbsolutePath().toString());
    command.add(SafetensorsSplitter.class.getName());
    Path errors = folder.resolve("errors");
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process =
        builder
            .redirectError(errors.toFile())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException("the splitter does not end");
    }
    return new Ended(process.exitValue(), Files.readString(errors));
  }

  private Task task() {
    return registry.tasks().get(String.valueOf(environment.get("TASK_ID")));
  }

  /** One error on the task and on standard error, and nothing stored or registered. */
  private void assertFails(int exitCode, String part, String... before) throws Exception {
    Ended ended = run(before);
    assertEquals(exitCode, ended.exitCode(), ended.errors());
    List<String> said =
        ended.errors().lines().filter(line -> line.startsWith("model splitter failed")).toList();
    assertEquals(1, said.size(), ended.errors());
    assertTrue(said.get(0).contains(part), said.get(0));
    assertEquals("failed", task().taskStatus());
    assertTrue(String.valueOf(task().taskStatusData().get("error")).contains(part));
    assertEquals(List.of(), registry.modelLayers().query(Filter.all()));
    assertEquals(List.of(), stored());
    assertFalse(
        Files.exists(folder.resolve("work/task-" + environment.get("TASK_ID") + "")),
        "files are left");
  }

  private List<Path> stored() throws IOException {
    if (!Files.exists(folder.resolve("layers"))) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder.resolve("layers"))) {
      return files.toList();
    }
  }

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

  private String contentOf(String field) throws IOException {
    String url = String.valueOf(task().taskStatusData().get(field));
    return Files.readString(Path.of(URI.create(url)));
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
  void run_badTaskData_failsTheTask() throws Exception {
    environment.put("TASK_DATA", "{\"model_name\": ");
    environment.remove("BLOCK_DB_URL");
    assertFails(ModelSplitterExecutor.EXIT_BAD_INPUT, "TASK_DATA is not valid JSON");
    assertTrue(
        String.valueOf(task().taskStatusData().get("error")).contains("BLOCK_DB_URL is not set"));
  }

  @Test
  void run_missingFieldsOrWrongOnes_failTheTask() throws Exception {
    environment.put("TASK_DATA", "{\"model_name\": \"gpt2\"}");
    assertFails(ModelSplitterExecutor.EXIT_BAD_INPUT, "world_size");
    newTask();
    taskData(model.toUri().toString(), 3, Map.of("split_strategy", "magic"));
    assertFails(ModelSplitterExecutor.EXIT_BAD_INPUT, "\"magic\" is not known");
    newTask();
    taskData(model.toUri().toString(), 4, Map.of());
    assertFails(ModelSplitterExecutor.EXIT_BAD_INPUT, "world_size 4 is more than the 3 layers");
    newTask();
    taskData("gopher://something.invalid/x", 1, Map.of());
    assertFails(ModelSplitterExecutor.EXIT_BAD_INPUT, "gopher");
    newTask();
    taskData("http://127.0.0.1:1/pytorch_model.bin", 1, Map.of());
    assertFails(ModelSplitterExecutor.EXIT_BAD_INPUT, "pytorch_model.bin");
  }

  private void newTask() {
    Task task = registry.tasks().create(NewTask.of("model_splits", Map.of()));
    environment.put("TASK_ID", task.taskId());
  }

  @Test
  void run_unreachableLayerRegistry_failsTheTask() throws Exception {
    environment.put("MODEL_LAYERS_REGISTRY_URL", "http://127.0.0.1:1");
    assertFails(ModelSplitterExecutor.EXIT_TRANSIENT, "cannot reach the model layers registry");
  }

  @Test
  void run_unreachableTaskRegistry_keepsTheResultForTheNextAttempt() throws Exception {
    environment.put("TASK_STATUS_UPDATE_URL", "http://127.0.0.1:1");
    environment.put("MODEL_SPLITTER_REPORT_SECONDS", "2");
    Ended ended = run();
    assertEquals(ModelSplitterExecutor.EXIT_TRANSIENT, ended.exitCode(), ended.errors());
    assertTrue(ended.errors().contains("cannot reach the task registry"), ended.errors());
    assertEquals("pending", task().taskStatus());
    assertEquals(3, registry.modelLayers().query(Filter.all()).size());

    environment.put("TASK_STATUS_UPDATE_URL", server.url().toString());
    Files.delete(model); // which is not wanted again
    ended = run();
    assertEquals(0, ended.exitCode(), ended.errors());
    assertEquals("complete", task().taskStatus());
    assertEquals(3, ((List<?>) task().taskStatusData().getOrDefault("layers", List.of())).size());
  }

  @Test
  void run_companionThatCannotBeStored_registersNothing() throws Exception {
    Path unpacked = folder.resolve("unpacked");
    Archives.extract(model, unpacked);
    Path large = unpacked.resolve("gpt2/tokenizer.json");
    Files.write(large, new byte[3 << 20]);
    taskData(unpacked.toUri().toString(), 3, Map.of());
    Ended ended =
        run("/bin/bash", "-c", "ulimit -f 2048; exec \"$@\"", "limited"); // of 1,024 bytes
    assertEquals(ModelSplitterExecutor.EXIT_TRANSIENT, ended.exitCode(), ended.errors());
    assertEquals("failed", task().taskStatus());
    assertEquals(List.of(), registry.modelLayers().query(Filter.all()));
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

  @Test
  void run_secretsInTheUrl_areNotShown() throws Exception {
    taskData("http://u:hunter2@127.0.0.1:1/my|m.safetensors?token=hunter3", 1, Map.of());
    Ended ended = run();
    assertFalse(ended.errors().contains("hunter"), ended.errors());
    assertFalse(String.valueOf(task().taskStatusData()).contains("hunter"));
    assertEquals("failed", task().taskStatus());
  }

  @Test
  void run_halfSentDownload_failsTheTask() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread sender = new Thread(() -> sendHalf(socket));
      sender.start();
      taskData("http://127.0.0.1:" + socket.getLocalPort() + "/gpt2.tar.gz", 3, Map.of());
      assertFails(ModelSplitterExecutor.EXIT_TRANSIENT, "cannot download");
      sender.join();
    }
  }

  private void sendHalf(ServerSocket server) {
    try (Socket socket = server.accept();
        OutputStream out = socket.getOutputStream()) {
      byte[] content = Files.readAllBytes(model);
      String head = "HTTP/1.1 200 OK\r\nContent-Length: " + content.length + "\r\n\r\n";
      out.write(head.getBytes(StandardCharsets.US_ASCII));
      out.write(content, 0, content.length / 2);
      server.close(); // and it does not come back
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void run_storeThatCannotBeWritten_failsTheTask() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "x");
    environment.put("LAYER_STORE_URL", file.resolve("layers").toUri().toString());
    assertFails(ModelSplitterExecutor.EXIT_TRANSIENT, "file");
    newTask();
    assumeTrue(Files.isDirectory(Path.of("/proc/self")), "there is no read-only file system");
    environment.put("LAYER_STORE_URL", "file:///proc/layers");
    assertFails(ModelSplitterExecutor.EXIT_TRANSIENT, "/proc/layers");
  }

  @Test
  void run_diskThatIsFull_failsTheTask() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "there is no shell to set a limit with");
    new SyntheticCheckpoint(3, 256, 500).writeArchive("gpt2", model);
    // No file may grow beyond a megabyte, so that writing fails half-way as on a full disk.
    Path unpacked = folder.resolve("unpacked");
    Archives.extract(model, unpacked);
    taskData(unpacked.toUri().toString(), 3, Map.of());
    assertFails(
        ModelSplitterExecutor.EXIT_TRANSIENT,
        "File too large",
        "/bin/bash",
        "-c",
        "ulimit -f 1024; exec \"$@\"",
        "limited");
  }
}
