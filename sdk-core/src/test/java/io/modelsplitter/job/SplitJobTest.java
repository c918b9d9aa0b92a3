package io.modelsplitter.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SplitJobTest {
  private static final String TASK_DATA =
      """
      {"model_name": "gpt2", "model_download_url": "https://something.invalid/gpt2.tar.gz",
       "world_size": 4, "model_split_config": {"split_strategy": "tensor_parallel"}, "more": 1}
      """;

  private static SplitJob read(String json) {
    return SplitJob.fromMap(Json.parseObject("body", json));
  }

  private static String refused(String json) {
    return String.valueOf(assertThrows(BadInputException.class, () -> read(json)).getMessage());
  }

  @Test
  void fromMap_theSpecificationsExample() {
    SplitJob job =
        read(
            "{\"task_data\": "
                + TASK_DATA
                + ", \"container_image\": \"myregistry/model-split-job:latest\"}");
    assertEquals("myregistry/model-split-job:latest", job.containerImage());
    assertEquals("1Gi", job.storageSize());
    assertEquals(1, job.taskData().get("more"));
    assertEquals(job, SplitJob.fromMap(job.toMap()));
  }

  @Test
  void fromMap_whatIsMissing_isNamedAtOnce() {
    assertEquals("Missing required fields: task_data, container_image", refused("{}"));
    assertEquals(
        "Missing required fields: task_data.model_name, task_data.model_download_url,"
            + " task_data.world_size, task_data.model_split_config, container_image",
        refused("{\"task_data\": {}, \"container_image\": \"\"}"));
  }

  @ParameterizedTest
  @CsvSource({
    "0",
    "-1",
    "4097",
    "2.5",
    "\"4\"",
    "99999999999",
    "true",
  })
  void fromMap_wrongWorldSize_isRefused(String worldSize) {
    String message =
        refused(
            "{\"container_image\": \"x\", \"task_data\": "
                + TASK_DATA.replace(": 4", ": " + worldSize)
                + "}");
    assertTrue(message.startsWith("task_data.world_size must be"), message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"storage_size\": \"2Go\"",
        "\"storage_size\": \"0\"",
        "\"storage_size\": \"-1Gi\"",
        "\"storage_size\": \"100Ei\"",
        "\"storage_size\": 5",
        "\"container_image\": \"a b\"",
        "\"container_image\": \"--privileged\"",
        "\"container_image\": \"x\\u0000\"",
        "\"container_image\": 7",
        "\"storage\": \"1Gi\""
      })
  void fromMap_wrongFields_areRefused(String field) {
    String name = field.replaceFirst("\"(.*?)\".*", "$1");
    String message =
        refused("{\"task_data\": " + TASK_DATA + ", \"container_image\": \"x\", " + field + "}");
    assertTrue(message.contains(name), message);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "1Ki, 1024",
    "1k, 1000",
    "2Gi, 2147483648",
    "1.5Gi, 1610612736",
    "0.1, 1",
    "7Ei, 8070450532247928832"
  })
  void bytes_ofAQuantity(String quantity, long bytes) {
    assertEquals(bytes, StorageSize.bytes(quantity));
  }

  @Test
  void jobSpec_isACopy() {
    Map<String, Object> data = new HashMap<>(Map.of("model_name", "gpt2"));
    Map<String, String> environment = new HashMap<>(Map.of("KEY", "given"));
    JobSpec spec = new JobSpec("t", "i", "1Gi", data, environment);
    data.put("model_name", "other");
    environment.put("KEY", "other");
    assertEquals(Map.of("model_name", "gpt2"), spec.taskData());
    assertEquals(Map.of("KEY", "given"), spec.environment());
    assertThrows(UnsupportedOperationException.class, () -> spec.environment().put("a", "b"));
    assertThrows(UnsupportedOperationException.class, () -> spec.taskData().put("a", "b"));
  }
}
