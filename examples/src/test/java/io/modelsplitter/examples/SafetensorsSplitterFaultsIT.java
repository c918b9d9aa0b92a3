package io.modelsplitter.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.modelsplitter.ModelSplitterExecutor;
import io.modelsplitter.file.Archives;
import io.modelsplitter.query.Filter;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The splitter where something is wrong or missing: one clear error, and nothing is left. */
class SafetensorsSplitterFaultsIT extends SplitterProcess {
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
