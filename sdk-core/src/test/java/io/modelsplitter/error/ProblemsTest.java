package io.modelsplitter.error;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ProblemsTest {

  @Test
  void oneLine_breaks_areBlanks() {
    assertEquals("a b c  d e", Problems.oneLine("\n a \r\n\t b\n \n c  d\u2028e \n"));
  }

  @Test
  @Timeout(60)
  void oneLine_aMillionBlanks_areReadOnce() {
    String line = Problems.oneLine("a" + " ".repeat(1_000_000) + "b");
    assertEquals("a" + " ".repeat(1_996) + "...", line);
  }
}
