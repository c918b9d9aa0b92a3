package io.modelsplitter.examples.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** One run of the tool in this process, without a terminal. */
record ToolRun(int exitCode, String output, String errors) {

  static ToolRun of(String... args) {
    return in(Map.of(), args);
  }

  static ToolRun in(Map<String, String> environment, String... args) {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    int code =
        ModelSplitterTool.run(
            new Surroundings(
                environment,
                new Results(output),
                new PrintStream(errors, true, StandardCharsets.UTF_8),
                () -> false),
            args);
    return new ToolRun(
        code, output.toString(StandardCharsets.UTF_8), errors.toString(StandardCharsets.UTF_8));
  }

  List<String> lines() {
    return output.lines().toList();
  }
}
