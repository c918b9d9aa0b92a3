package io.modelsplitter.registry.http;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The server's jar in a process of its own, as a user runs it. */
final class ServerProcess implements AutoCloseable {
  private final Process process;
  private final String url;

  private ServerProcess(Process process, String url) {
    this.process = process;
    this.url = url;
  }

  /** How a run that does not stay ended. */
  record Ended(int exitCode, List<String> errors) {}

  static ServerProcess start(Path folder, String... arguments) throws IOException {
    return listening(builder(folder, Map.of(), arguments).inheritErr().start());
  }

  static ServerProcess startWith(Map<String, String> environment, Path folder, String... arguments)
      throws IOException {
    return listening(builder(folder, environment, arguments).inheritErr().start());
  }

  /** With what it says on standard error in a file. */
  static ServerProcess startLogging(Path errors, Path folder, String... arguments)
      throws IOException {
    Builder builder = builder(folder, Map.of(), arguments);
    builder.process().redirectError(errors.toFile());
    return listening(builder.start());
  }

  /** None of its files can be larger than so many of the shell's blocks. */
  static ServerProcess startWithFilesOf(int blocks, Path folder, String... arguments)
      throws IOException {
    Builder builder = builder(folder, Map.of(), arguments);
    builder
        .process()
        .command()
        .addAll(0, List.of("/bin/sh", "-c", "ulimit -f " + blocks + "; exec \"$@\"", "sh"));
    return listening(builder.inheritErr().start());
  }

  private static ServerProcess listening(Process process) throws IOException {
    String line = lines(process).readLine();
    if (line == null || !line.matches("listening on http://.+:\\d+")) {
      process.destroyForcibly();
      throw new IllegalStateException("the server said " + line);
    }
    return new ServerProcess(process, line.substring("listening on ".length()));
  }

  static Ended runToItsEnd(Path folder, Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    Process process = builder(folder, environment, arguments).start();
    List<String> errors = new ArrayList<>();
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
      reader.lines().forEach(errors::add);
    }
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException("the server stays");
    }
    return new Ended(process.exitValue(), errors);
  }

  private static Builder builder(
      Path folder, Map<String, String> environment, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx256m");
    command.add("-jar");
    command.add(Path.of("target", "model-splitter-server.jar").toAbsolutePath().toString());
    command.addAll(List.of(arguments));
    return new Builder(new ProcessBuilder(command).directory(folder.toFile()), environment);
  }

  private record Builder(ProcessBuilder process, Map<String, String> environment) {
    Builder inheritErr() {
      process.redirectError(ProcessBuilder.Redirect.INHERIT);
      return this;
    }

    Process start() throws IOException {
      process.environment().keySet().removeIf(name -> name.startsWith("MODEL_SPLITTER_"));
      process.environment().put("MODEL_SPLITTER_ACCESS_LOG", "off"); // tests of it ask for it
      process.environment().putAll(environment);
      return process.start();
    }
  }

  private static BufferedReader lines(Process process) {
    return new BufferedReader(
        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  String url() {
    return url;
  }

  /** As {@code kill -9}. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** As {@code kill}, without waiting for its end. */
  void askToStop() {
    process.destroy();
  }

  /** As {@code kill}; answers the exit code. */
  int terminate() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      kill();
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
