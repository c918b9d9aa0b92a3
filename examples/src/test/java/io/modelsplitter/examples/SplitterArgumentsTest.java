package io.modelsplitter.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What the splitter says to who starts it by hand. */
class SplitterArgumentsTest {

  /** What was said on standard output and error. */
  private static String said(Supplier<Integer> explain, int code) {
    PrintStream out = System.out;
    PrintStream errors = System.err;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream both = new PrintStream(said, true, StandardCharsets.UTF_8);
    System.setOut(both);
    System.setErr(both);
    try {
      assertEquals(code, explain.get());
    } finally {
      System.setOut(out);
      System.setErr(errors);
    }
    return said.toString(StandardCharsets.UTF_8);
  }

  @Test
  void explain_help_namesTheVariables() {
    String help = said(() -> SplitterArguments.explain(new String[] {"--help"}), 0);
    for (String variable :
        new String[] {
          "TASK_ID",
          "TASK_DATA",
          "TASK_STATUS_UPDATE_URL",
          "MODEL_LAYERS_REGISTRY_URL",
          "BLOCK_DB_URL",
          "LAYER_STORE_URL"
        }) {
      assertTrue(help.contains("\n  " + variable + " "), help);
    }
  }

  @Test
  void explain_anythingElse_isBadInput() {
    String wrong = said(() -> SplitterArguments.explain(new String[] {"model"}), 64);
    assertTrue(wrong.startsWith("safetensors-splitter: Unmatched argument"), wrong);
    assertTrue(wrong.contains("--help"), wrong);
    assertEquals(1, wrong.lines().count(), wrong);
    said(() -> SplitterArguments.explain(new String[] {"--"}), 64);
  }
}
