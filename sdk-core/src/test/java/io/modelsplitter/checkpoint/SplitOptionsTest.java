package io.modelsplitter.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
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
    BadInputException e = assertThrows(BadInputException.class, () -> read(4, config));
    assertTrue(String.valueOf(e.getMessage()).contains(part), e::getMessage);
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
  void balanceByBytes_countsEmbeddingAndHead() {
    assertArrayEquals(
        new int[] {1, 3, 4}, StageEnds.byBytes(new long[] {10, 10, 10, 10}, 10, 10, 3));
    assertArrayEquals(new int[] {1, 2}, StageEnds.byBytes(new long[] {1, 1}, 100, 0, 2));
    assertArrayEquals(new int[] {3, 4}, StageEnds.byBytes(new long[] {1, 1, 1, 9}, 0, 0, 2));
    Checkpoint llama = TestModels.llama(new TestModels.Size(8, 16, 4, 2, 24, 600)).checkpoint();
    SplitPlan even = SplitPlan.of(llama, read(4, "{}"));
    SplitPlan byBytes = SplitPlan.of(llama, read(4, "{\"balance\": \"bytes\"}"));
    assertTrue(largest(byBytes) < largest(even));
  }

  private static long largest(SplitPlan plan) {
    return plan.ranks().stream().mapToLong(SplitPlan.RankPlan::bytes).max().orElse(0);
  }

  @Property(tries = 300)
  void byBytes_noOtherCutIsBetter(
      @ForAll @Size(min = 1, max = 7) List<@IntRange(max = 20) Integer> layers,
      @ForAll @IntRange(min = 1, max = 7) int wanted) {
    long[] bytes = layers.stream().mapToLong(Integer::longValue).toArray();
    int stages = Math.min(wanted, bytes.length);
    int[] ends = StageEnds.byBytes(bytes, 7, 3, stages);
    assertEquals(bytes.length, ends[stages - 1]);
    for (int stage = 0; stage < stages; stage++) {
      assertTrue(ends[stage] > (stage == 0 ? 0 : ends[stage - 1]), () -> Arrays.toString(ends));
    }
    bytes[0] += 7;
    bytes[bytes.length - 1] += 3;
    assertEquals(best(bytes, 0, stages), largest(bytes, ends), () -> Arrays.toString(ends));
  }

  private static long largest(long[] bytes, int[] ends) {
    long largest = 0;
    int layer = 0;
    for (int end : ends) {
      long sum = 0;
      while (layer < end) {
        sum += bytes[layer++];
      }
      largest = Math.max(largest, sum);
    }
    return largest;
  }

  private static long best(long[] bytes, int from, int stages) {
    if (stages == 1) {
      return Arrays.stream(bytes, from, bytes.length).sum();
    }
    long best = Long.MAX_VALUE;
    for (int end = from + 1; end <= bytes.length - (stages - 1); end++) {
      long first = Arrays.stream(bytes, from, end).sum();
      best = Math.min(best, Math.max(first, best(bytes, end, stages - 1)));
    }
    return best;
  }

  @Property(tries = 1000)
  void namePattern_matchesAsItsRegularExpressionDoes(
      @ForAll("patterns") String pattern, @ForAll("names") String name) {
    String regex = pattern.replace(".", "\\.").replace("*", ".*");
    assertEquals(name.matches(regex), new NamePattern(pattern).matches(name));
  }

  @Provide
  static Arbitrary<String> patterns() {
    return Arbitraries.strings().withChars("ab.*").ofMaxLength(6);
  }

  @Provide
  static Arbitrary<String> names() {
    return Arbitraries.strings().withChars("ab.").ofMaxLength(8);
  }

  @Test
  void architectureRules_whatIsWrong_isNamed() {
    Map<String, String> wrong =
        Map.of(
            "{}",
            "\"layer\" must be a string",
            "{\"layer\": \"x.\"}",
            "{layer} once",
            "{\"layer\": \"x.{layer}.\", \"frist\": []}",
            "\"frist\"",
            "{\"layer\": \"x.{layer}.\", \"first\": [1]}",
            "list of strings",
            "{\"layer\": \"x.{layer}.\", \"tensor_parallel\": [{\"match\": \"*\"}]}",
            "either",
            "{\"layer\": \"x.{layer}.\", \"tensor_parallel\": [{\"match\": \"*\", \"keep\": \"x\"}]}",
            "\"once\"");
    wrong.forEach(
        (json, part) -> {
          BadInputException e =
              assertThrows(
                  BadInputException.class,
                  () -> ArchitectureReader.read("given", Json.parseObject("rules", json), null));
          assertTrue(String.valueOf(e.getMessage()).contains(part), e::getMessage);
        });
  }
}
