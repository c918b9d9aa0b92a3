package io.modelsplitter.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.Context;
import io.modelsplitter.checkpoint.Granularity;
import io.modelsplitter.error.BadInputException;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobConfigTest {

  private static JobConfig read(String config) {
    return JobConfig.of(
        Context.from(
            Map.of(
                "TASK_ID", "t",
                "TASK_STATUS_UPDATE_URL", "http://something.invalid",
                "MODEL_LAYERS_REGISTRY_URL", "http://something.invalid",
                "BLOCK_DB_URL", "http://something.invalid",
                "TASK_DATA",
                    "{\"model_name\": \"m\", \"model_download_url\": \"file:///m\","
                        + " \"world_size\": 4, \"model_split_config\": "
                        + config
                        + "}")));
  }

  @Test
  void of_nothing_hasTheDefaults() {
    JobConfig config = read("{}");
    assertEquals("pipeline_parallel", config.strategy());
    assertEquals(Granularity.RANK, config.granularity());
    assertTrue(config.isWhole());
    assertFalse(config.isDryRun());
    assertEquals("m", config.vdag().name());
    assertEquals("registry://component/safetensors-stage", config.vdag().component());
  }

  @Test
  void of_everything_isTaken() {
    JobConfig config =
        read(
            "{\"tp_degree\": 2, \"granularity\": \"layer\", \"ranks\": [3, 1], \"dry_run\": true,"
                + " \"model_component_registry_uri\": \"x\", \"somebody_elses\": 1,"
                + " \"vdag\": {\"name\": \"v\", \"mode\": \"dry-run\", \"max_instances\": 2}}");
    assertEquals("tensor_parallel", config.strategy());
    assertEquals(2, config.options().stages());
    assertEquals(Set.of(1, 3), config.ranks());
    assertFalse(config.isWhole());
    assertTrue(config.isDryRun());
    assertEquals(2, config.vdag().maxInstances());
    assertEquals("dry-run", config.vdag().mode());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"granularity\": \"file\"}              | granularity",
        "{\"ranks\": []}                          | ranks from 0 to 3",
        "{\"ranks\": [4]}                         | ranks from 0 to 3",
        "{\"ranks\": 1}                           | ranks from 0 to 3",
        "{\"dry_run\": \"yes\"}                   | dry_run",
        "{\"vdag\": []}                           | vdag must be an object",
        "{\"vdag\": {\"nmae\": \"x\"}}            | \"nmae\"",
        "{\"vdag\": {\"min_instances\": 0}}       | instances",
        "{\"vdag\": {\"discovery_tags\": [1]}}    | discovery_tags",
        "{\"model_component_registry_uri\": \"\"} | non-empty",
      })
  void of_wrongField_isNamed(String config, String part) {
    BadInputException e = assertThrows(BadInputException.class, () -> read(config));
    assertTrue(String.valueOf(e.getMessage()).contains(part), e::getMessage);
  }
}
