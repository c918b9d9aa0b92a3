package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What {@code --help} says. */
class ServerHelpTest {

  @Test
  void help_showsTheOptions() {
    StringWriter text = new StringWriter();
    ServerMain.commandLine(Map.of()).usage(new PrintWriter(text));
    assertTrue(text.toString().contains("--jdbc-url"), text::toString);
    assertTrue(text.toString().contains("-h, --help"), text::toString);
    assertFalse(text.toString().contains("${"), text::toString);
    List<String> headings = text.toString().lines().filter(it -> it.matches("\\S.*:")).toList();
    assertEquals(4, headings.size(), headings::toString);
    for (String option : List.of("--role=", "--tls-cert=", "--launcher=", "--runner-image=")) {
      assertEquals(1, text.toString().lines().filter(it -> it.contains(" " + option)).count());
    }
  }
}
