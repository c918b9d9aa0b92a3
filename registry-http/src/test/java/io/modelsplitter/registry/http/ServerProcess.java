package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The server's jar in a process of its own, as a user runs it. */
final class ServerProcess implements AutoCloseable {
  private static final int MINUTE = 60;

  /** What it takes from the environment of the tests, which may be that of any machine. */
  private static final Set<String> KEPT = Set.of("PATH", "HOME", "TMPDIR");

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

  private static ServerProcess listening(Process process) {
    String line;
    try {
      line = CompletableFuture.supplyAsync(() -> firstLine(process)).get(MINUTE, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      process.destroyForcibly();
      throw new IllegalStateException("the server does not say where it listens", e);
    }
    if (!line.matches("listening on http://.+:\\d+")) {
      process.destroyForcibly();
      throw new IllegalStateException("the server said " + line);
    }
    return new ServerProcess(process, line.substring("listening on ".length()));
  }

  private static String firstLine(Process process) {
    try {
      BufferedReader reader =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      return String.valueOf(reader.readLine());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Ended runToItsEnd(Path folder, Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    Path errors = Files.createTempFile(folder, "errors", ".txt");
    Builder builder = builder(folder, environment, arguments);
    builder
        .process()
        .redirectError(errors.toFile())
        .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    Process process = builder.start();
    if (!process.waitFor(MINUTE, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException("the server stays with " + List.of(arguments));
    }
    List<String> said = Files.readAllLines(errors);
    Files.delete(errors);
    return new Ended(process.exitValue(), said);
  }

  /** It ends at once with exit code 2, and says why in one line, with this part in it. */
  static void assertRefused(
      Path folder, Map<String, String> environment, String part, String... arguments)
      throws IOException, InterruptedException {
    Ended ended = runToItsEnd(folder, environment, arguments);
    String said = String.join("\n", ended.errors());
    assertEquals(2, ended.exitCode(), said);
    assertEquals(1, ended.errors().size(), said);
    assertTrue(said.contains(part), said);
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
      process.environment().keySet().retainAll(KEPT);
      process.environment().put("MODEL_SPLITTER_ACCESS_LOG", "off"); // tests of it ask for it
      process.environment().putAll(environment);
      return process.start();
    }
  }

  String url() {
    return url;
  }

  HttpResponse<String> send(String method, String path, String body, String... headers) {
    return HttpRequests.send(URI.create(url), method, path, body, headers);
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

  /** Ends it and all that it has started, and waits for that. */
  @Override
  public void close() {
    List<ProcessHandle> started = process.descendants().toList();
    process.destroyForcibly().onExit().join();
    for (ProcessHandle child : started) {
      child.destroyForcibly();
      child.onExit().join();
    }
  }
}
