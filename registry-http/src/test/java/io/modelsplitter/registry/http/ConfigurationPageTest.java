package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Model.OptionSpec;

/** {@code CONFIGURATION.md} is what the server's options say. */
class ConfigurationPageTest {
  private static final Path PAGE = Path.of("CONFIGURATION.md");

  private static final String AGAIN =
      "CONFIGURATION.md is not what the options say; make it again: mvn test -pl registry-http -am"
          + " -Dtest=ConfigurationPageTest -Dsurefire.failIfNoSpecifiedTests=false"
          + " -Dmodelsplitter.pages=write";

  @Test
  void page_isWhatTheOptionsSay() throws IOException {
    String page = ConfigurationPage.make();
    if ("write".equals(System.getProperty("modelsplitter.pages"))) {
      Files.writeString(PAGE, page);
    }
    assertEquals(page, Files.exists(PAGE) ? Files.readString(PAGE) : "", AGAIN);
  }

  @Test
  void page_hasEveryOptionAndItsVariable() {
    String page = ConfigurationPage.make();
    for (OptionSpec option : ServerMain.commandLine(Map.of()).getCommandSpec().options()) {
      if (!option.usageHelp() && !option.versionHelp()) {
        assertTrue(page.contains("| `" + option.longestName()), option::longestName);
        assertTrue(page.contains("`" + EnvironmentDefaults.variable(option) + "`"));
      }
    }
  }
}
