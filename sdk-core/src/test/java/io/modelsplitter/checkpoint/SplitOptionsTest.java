package io.modelsplitter.checkpoint;

import static io.modelsplitter.Refusals.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SplitOptionsTest {

  private static SplitOptions read(int worldSize, String config) {
    return SplitOptions.fromConfig(worldSize, Json.parseObject("config", config));
  }

  @Test
  void fromConfig_strategies() {
    assertEquals(SplitOptions.of(4), read(4, "{}"));
    assertEquals(SplitOptions.of(4), read(4, "{\"split_strategy\": \"pipeline_parallel\"}"));
    assertEquals(4, read(4, "{\"split_strategy\": \"tensor_parallel\"}").tpDegree());
    SplitOptions both = read(4, "{\"split_strategy\": \"tensor_parallel\", \"tp_degree\": 2}");
    assertEquals(2, both.stages());
    assertEquals(List.of(2, 1), read(2, "{\"layers\": [[0, 1], [2]]}").layers());
    assertEquals(List.of(2, 1), read(2, "{\"layers\": [2, 1]}").layers());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"split_strategy\": \"magic\"}    | \"magic\" is not known",
        "{\"tp_degree\": 3}                 | tp_degree 3 must divide",
        "{\"tp_degree\": 0}                 | tp_degree 0 must divide",
        "{\"tp_degree\": \"2\"}             | must be an integer",
        "{\"balance\": \"luck\"}            | balance",
        "{\"layers\": [1]}                  | for 1 stages",
        "{\"layers\": 3}                    | layers must be a list",
        "{\"layers\": [1, 1, 1, 0]}         | 1 or more",
        "{\"layers\": [[0], [2], [1], [3]]} | where 1 belongs it has 2",
        "{\"architecture_rules\": []}       | architecture_rules",
      })
  void fromConfig_wrongKey_isNamed(String config, String part) {
    refused(BadInputException.class, () -> read(4, config), part);
  }

  @Test
  void layers_overrideTheBalance() {
    Checkpoint llama = TestModels.llama(TestModels.SMALL).checkpoint();
    SplitPlan plan = SplitPlan.of(llama, read(2, "{\"layers\": [1, 2]}"));
    assertEquals(1, plan.ranks().get(0).endLayer());
    assertThrows(
        BadInputException.class, () -> SplitPlan.of(llama, read(2, "{\"layers\": [1, 1]}")));
  }

  @Test
  void balanceByBytes_makesTheLargestRankSmaller() {
    Checkpoint llama = TestModels.llama(new TestModels.Size(8, 16, 4, 2, 24, 600)).checkpoint();
    SplitPlan even = SplitPlan.of(llama, read(4, "{}"));
    SplitPlan byBytes = SplitPlan.of(llama, read(4, "{\"balance\": \"bytes\"}"));
    assertTrue(largest(byBytes) < largest(even));
  }

  private static long largest(SplitPlan plan) {
    return plan.ranks().stream().mapToLong(SplitPlan.RankPlan::bytes).max().orElse(0);
  }
}
