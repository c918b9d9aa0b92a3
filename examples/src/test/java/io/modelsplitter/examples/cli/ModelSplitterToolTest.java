package io.modelsplitter.examples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What every command has in common. */
class ModelSplitterToolTest {
  private static final List<String> COMMANDS =
      List.of("plan", "split", "merge", "hash", "layers", "tasks", "gc", "generate-completion");

  @Test
  void help_listsEveryCommandAndTheExitCodes() {
    ToolRun run = ToolRun.of("--help");
    assertEquals(0, run.exitCode());
    assertEquals("", run.errors());
    for (String command : COMMANDS) {
      assertTrue(run.output().lines().anyMatch(it -> it.startsWith("  " + command + " ")), command);
    }
    assertTrue(run.output().contains("  64    The input is wrong"), run::output);
  }

  @Test
  void everyCommand_hasHelpAndTheVersionOfTheTool() {
    String version = ToolRun.of("--version").output();
    for (String command : COMMANDS) {
      ToolRun help = ToolRun.of(command, "--help");
      assertEquals(0, help.exitCode());
      assertTrue(help.output().startsWith("Usage: model-splitter " + command), help::output);
      assertEquals(new ToolRun(0, version, ""), ToolRun.of(command, "--version"));
    }
  }

  @Test
  void help_hasNoLineThatATerminalWraps() {
    for (String command : COMMANDS) {
      ToolRun.of(command, "--help").lines().forEach(line -> assertTrue(line.length() <= 80, line));
    }
  }

  @Test
  void badArguments_areOneLineAndAHint() {
    for (List<String> wrong :
        List.of(
            List.of("Missing required subcommand", "model-splitter"),
            List.of("'splt'; did you mean split?", "model-splitter", "splt"),
            List.of("--world-size", "model-splitter plan", "plan", "x"),
            List.of("'--colour'", "model-splitter hash", "hash", "x", "--colour"),
            List.of("'3x'", "model-splitter split", "split", "x", "--world-size=3x"),
            List.of("'row'", "model-splitter split", "split", "x", "--granularity=row"))) {
      ToolRun run = ToolRun.of(wrong.subList(2, wrong.size()).toArray(String[]::new));
      assertEquals(64, run.exitCode(), wrong::toString);
      assertEquals("", run.output());
      List<String> lines = run.errors().lines().toList();
      assertEquals(2, lines.size(), run::errors);
      assertTrue(lines.get(0).startsWith("model-splitter: "), run::errors);
      assertTrue(lines.get(0).contains(wrong.get(0)), run::errors);
      assertEquals("Try '" + wrong.get(1) + " --help'.", lines.get(1));
    }
  }

  @Test
  void badInput_isOneLineThatNamesIt() {
    for (List<String> wrong :
        List.of(
            List.of("--config is not valid JSON", "plan", "x", "--world-size=1", "--config={"),
            List.of("/nope", "plan", "/nope", "--world-size=1"),
            List.of("/nope", "merge", "/nope", "--out=x"),
            List.of("LAYER_STORE_URL", "gc"),
            List.of("world_size", "plan", "x", "--world-size=0"))) {
      ToolRun run = ToolRun.of(wrong.subList(1, wrong.size()).toArray(String[]::new));
      assertTrue(run.exitCode() == 64 || run.exitCode() == 1, run::errors);
      assertEquals(1, run.errors().lines().count(), run::errors);
      assertTrue(run.errors().contains(wrong.get(0)), run::errors);
    }
  }

  /** Where there is no room, or no reader. */
  private static ToolRun whereWritingFails(String reason, String... args) {
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int one) throws IOException {
            throw new IOException(reason);
          }
        };
    int code =
        ModelSplitterTool.run(
            new Surroundings(
                Map.of(),
                new Results(full),
                new PrintStream(errors, true, StandardCharsets.UTF_8),
                () -> false),
            args);
    return new ToolRun(code, "", errors.toString(StandardCharsets.UTF_8));
  }

  @Test
  void output_thatNobodyTakes_endsQuietlyAndThatHasNoRoomDoesNot() {
    assertEquals(new ToolRun(141, "", ""), whereWritingFails("Broken pipe", "--help"));
    ToolRun full = whereWritingFails("No space left on device", "generate-completion");
    assertEquals(1, full.exitCode());
    assertTrue(full.errors().contains("standard output: "), full::errors);
    assertTrue(full.errors().contains("No space left on device"), full::errors);
    assertEquals(1, full.errors().lines().count(), full::errors);
    assertFalse(full.errors().contains("\tat"), full::errors);
  }
}
