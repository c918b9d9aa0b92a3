package io.modelsplitter.examples;

import io.modelsplitter.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One run of the quickstart's jar, as a user runs it. */
record QuickstartRun(int exitCode, List<String> output, List<String> errors) {

  static QuickstartRun of(Path folder, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-jar");
    // By a relative path, as the README has it.
    Path jar = Path.of("target", "quickstart.jar").toAbsolutePath();
    command.add(folder.toRealPath().relativize(jar.toRealPath()).toString());
    command.addAll(List.of(arguments));
    Path out = Files.createTempFile("quickstart", ".out");
    Path err = Files.createTempFile("quickstart", ".err");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    if (!process.waitFor(120, TimeUnit.SECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly); // the splitter
      process.destroyForcibly();
      throw new IllegalStateException("the quickstart does not end: " + Files.readString(out));
    }
    QuickstartRun run =
        new QuickstartRun(process.exitValue(), Files.readAllLines(out), Files.readAllLines(err));
    Files.delete(out);
    Files.delete(err);
    return run;
  }

  /** The last line of standard output. */
  Map<String, Object> json() {
    return Json.parseObject("the last line", output.get(output.size() - 1));
  }

  @SuppressWarnings("unchecked")
  List<Map<String, Object>> layers() {
    return (List<Map<String, Object>>) json().getOrDefault("layers", List.of());
  }

  @SuppressWarnings("unchecked")
  Map<String, Object> task() {
    return (Map<String, Object>) json().getOrDefault("task", Map.of());
  }

  String everything() {
    return String.join("\n", output) + "\n" + String.join("\n", errors);
  }
}
