package io.modelsplitter;

import static io.modelsplitter.Refusals.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.modelsplitter.error.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContextTest {
  static Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>();
    environment.put("TASK_ID", "task-1");
    environment.put(
        "TASK_DATA",
        """
        {"model_name": "gpt2", "model_download_url": "https://example.com/models/gpt2.tar.gz",
         "world_size": 4, "model_split_config": {"split_strategy": "tensor_parallel", "tp_degree": 2}}
        """);
    environment.put("TASK_STATUS_UPDATE_URL", "http://tasks.invalid:8000");
    environment.put("MODEL_LAYERS_REGISTRY_URL", "http://layers.invalid:8002");
    environment.put("BLOCK_DB_URL", "http://blocks.invalid:3001");
    return environment;
  }

  @Test
  void from_theSpecificationsSample() {
    Context context = Context.from(environment());
    assertEquals("task-1", context.taskId());
    assertEquals("gpt2", context.modelName());
    assertEquals("https://example.com/models/gpt2.tar.gz", context.modelDownloadUrl());
    assertEquals(4, context.worldSize());
    assertEquals(2, context.modelSplitConfig().get("tp_degree"));
    assertEquals("http://tasks.invalid:8000", context.taskStatusUpdateUrl());
    assertEquals("http://layers.invalid:8002", context.modelLayersRegistryUrl());
    assertEquals("http://blocks.invalid:3001", context.blockDbUrl());
  }

  @Test
  void from_theOtherNamesOfTheField() {
    Map<String, String> environment = environment();
    environment.put("BLOCKS_DB_URL", environment.remove("BLOCK_DB_URL"));
    environment.put("GLOBAL_TASKS_DB_URL", environment.remove("TASK_STATUS_UPDATE_URL"));
    Context context = Context.from(environment);
    assertEquals("http://tasks.invalid:8000", context.taskStatusUpdateUrl());
    assertEquals("http://blocks.invalid:3001", context.blockDbUrl());
  }

  @Test
  void from_taskDataInAFile(@TempDir Path folder) throws IOException {
    Map<String, String> environment = environment();
    Path file =
        Files.writeString(
            folder.resolve("task.json"), String.valueOf(environment.remove("TASK_DATA")));
    environment.put("TASK_DATA_FILE", file.toString());
    assertEquals("gpt2", Context.from(environment).modelName());
    environment.put("TASK_DATA_FILE", folder.resolve("missing").toString());
    assertRefused(environment, "TASK_DATA_FILE", "no such file");
  }

  @Test
  void from_nothing_namesEveryVariable() {
    assertRefused(
        Map.of(),
        "TASK_ID",
        "TASK_DATA",
        "TASK_STATUS_UPDATE_URL",
        "MODEL_LAYERS_REGISTRY_URL",
        "BLOCK_DB_URL");
  }

  @Test
  void from_wrongValues_namesEachWithItsValue() {
    Map<String, String> environment = environment();
    environment.put("TASK_ID", "a/b");
    environment.put("TASK_DATA", "[1]");
    environment.put("MODEL_LAYERS_REGISTRY_URL", "layers:8002");
    assertRefused(environment, "a/b", "TASK_DATA must be a JSON object, not [1]", "layers:8002");
  }

  private static void assertRefused(Map<String, String> environment, String... parts) {
    refused(BadInputException.class, () -> Context.from(environment), parts);
  }

  @Test
  void from_badTaskData_namesEveryFieldWithItsValue() {
    Map<String, String> environment = environment();
    environment.put("TASK_DATA", "{}");
    assertRefused(
        environment, "model_name", "model_download_url", "world_size", "model_split_config");
    environment.put(
        "TASK_DATA",
        "{\"model_name\":5,\"model_download_url\":\" \",\"world_size\":2.0,"
            + "\"model_split_config\":[7]}");
    environment.put("BLOCK_DB_URL", "ftp://x");
    assertRefused(
        environment,
        "the model_name 5",
        "the model_download_url \" \"",
        "the world_size 2.0",
        "the model_split_config [7]",
        "ftp://x");
    environment.put("TASK_DATA", "{\"world_size\":0}");
    assertRefused(environment, "the world_size 0");
  }

  record Config(
      @JsonProperty("split_strategy") String splitStrategy,
      @JsonProperty("tp_degree") int tpDegree) {}

  @Test
  void modelSplitConfig_asARecord() {
    Map<String, String> environment = environment();
    assertEquals(
        new Config("tensor_parallel", 2), Context.from(environment).modelSplitConfig(Config.class));
    for (String bad :
        List.of(
            "{\"tp_degree\": \"2\", \"split_strategy\": \"x\"}",
            "{\"tp_degree\": 2.5, \"split_strategy\": \"x\"}",
            "{\"split_strategy\": \"x\"}",
            "{\"tp_degree\": 2, \"split_strategy\": \"x\", \"tp_degre\": 1}")) {
      environment.put(
          "TASK_DATA",
          "{\"model_name\":\"m\",\"model_download_url\":\"https://x.invalid/m\",\"world_size\":1,"
              + "\"model_split_config\":"
              + bad
              + "}");
      Context context = Context.from(environment);
      refused(BadInputException.class, () -> context.modelSplitConfig(Config.class), "tp_degre");
    }
  }
}
