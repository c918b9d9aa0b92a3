package io.modelsplitter.registry.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked
class ValueKeyTest {

  @Test
  void of_values_areInMongosOrder() {
    List<Object> inOrder =
        Arrays.asList(
            null,
            -1e308,
            Long.MIN_VALUE,
            -9_007_199_254_740_994L,
            -9_007_199_254_740_993L,
            -9_007_199_254_740_992L,
            -1.5,
            -1,
            -4.9e-324,
            0,
            4.9e-324,
            1,
            1.5,
            9_007_199_254_740_992L,
            9_007_199_254_740_993L,
            9_007_199_254_740_994L,
            Long.MAX_VALUE,
            0x1p63,
            1e308,
            "",
            "\u0000",
            "\u0000a",
            "a",
            "a\u0000",
            "a\u0000b",
            "aa",
            "\u00e9",
            "\ud800",
            "\uffee",
            "\ud83d\ude00",
            Map.of(),
            Map.of("b", 1),
            Map.of("a", "x"),
            Map.of("a", List.of()),
            List.of(),
            List.of(1),
            List.of(1, 2),
            List.of(1, "a"),
            List.of("a"),
            List.of("a\u0000"),
            List.of("b"),
            false,
            true);
    for (int i = 1; i < inOrder.size(); i++) {
      byte[] before = ValueKey.of(inOrder.get(i - 1)).bytes();
      byte[] after = ValueKey.of(inOrder.get(i)).bytes();
      String pair = inOrder.get(i - 1) + " " + inOrder.get(i);
      assertTrue(Arrays.compareUnsigned(before, after) < 0, pair);
    }
  }

  @Test
  void of_equalNumbers_areOne() {
    assertEquals(ValueKey.of(1), ValueKey.of(1.0));
    assertEquals(ValueKey.of(0), ValueKey.of(-0.0));
    assertEquals(ValueKey.of(1L << 60), ValueKey.of(0x1p60));
  }

  @Test
  void of_longTexts_areCutAndApart() {
    String text = "x".repeat(600);
    assertTrue(ValueKey.of(text).isCut());
    assertTrue(ValueKey.of(text).bytes().length <= ValueKey.MAX_BYTES);
    assertFalse(ValueKey.of(text + "a").equals(ValueKey.of(text + "b")));
    assertFalse(ValueKey.of(List.of(text, 1)).equals(ValueKey.of(List.of(text, 2))));
  }
}
