package io.modelsplitter.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class StageEndsTest {

  @Test
  void even_remainder_goesToTheMiddle() {
    assertArrayEquals(new int[] {5, 11, 17, 22}, StageEnds.even(22, 4));
    assertArrayEquals(new int[] {3, 6, 9, 12}, StageEnds.even(12, 4));
    assertArrayEquals(new int[] {1, 3, 4}, StageEnds.even(4, 3));
    assertArrayEquals(new int[] {1}, StageEnds.even(1, 1));
    assertArrayEquals(new int[] {1, 2, 3}, StageEnds.even(3, 3));
  }

  @Test
  void byBytes_countsEmbeddingAndHead() {
    assertArrayEquals(
        new int[] {1, 3, 4}, StageEnds.byBytes(new long[] {10, 10, 10, 10}, 10, 10, 3));
    assertArrayEquals(new int[] {1, 2}, StageEnds.byBytes(new long[] {1, 1}, 100, 0, 2));
    assertArrayEquals(new int[] {3, 4}, StageEnds.byBytes(new long[] {1, 1, 1, 9}, 0, 0, 2));
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
}
