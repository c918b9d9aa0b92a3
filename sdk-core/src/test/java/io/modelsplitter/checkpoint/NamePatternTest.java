package io.modelsplitter.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class NamePatternTest {

  @Property(tries = 1000)
  void matchesAsItsRegularExpressionDoes(
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
}
