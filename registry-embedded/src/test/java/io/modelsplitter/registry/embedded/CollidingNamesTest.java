package io.modelsplitter.registry.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Names and values that were chosen so that their hash codes are one. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CollidingNamesTest {
  /** In one map that knows no order of them, these would take minutes. */
  private static final int MANY = 100_000;

  private static List<String> colliding() {
    return IntStream.range(0, MANY).mapToObj(CollidingNamesTest::colliding).toList();
  }

  /** "Aa" and "BB" have one hash code, as text and as bytes. */
  private static String colliding(int number) {
    StringBuilder text = new StringBuilder();
    for (int bit = 1; bit < MANY; bit <<= 1) {
      text.append((number & bit) == 0 ? "Aa" : "BB");
    }
    return text.toString();
  }

  @Test
  void of_collidingValues_hasAnEntryForEach() {
    DocumentIndex index = DocumentIndex.ofStored(Map.of("list", colliding()));
    assertEquals(MANY + 1, index.entries().size());
  }

  @Test
  void of_collidingNames_hasAnEntryForEach() {
    Map<String, Object> document = new HashMap<>();
    colliding().forEach(name -> document.put(name, 1));
    assertEquals(MANY, DocumentIndex.ofStored(document).entries().size());
  }
}
