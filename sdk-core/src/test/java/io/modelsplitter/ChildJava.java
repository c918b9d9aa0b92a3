package io.modelsplitter;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A process of Java with the class path of this one. Closed, it runs no more. Benchmarks use it,
 * too, so it does without JUnit.
 */
public final class ChildJava implements AutoCloseable {
  private final Process process;
  private final Path errors;

  private ChildJava(Process process, Path errors) {
    this.process = process;
    this.errors = errors;
  }

  /**
   * {@return the command that runs a class}
   *
   * @param main the class
   * @param options of the virtual machine
   * @param arguments of the class
   */
  public static List<String> command(Class<?> main, List<String> options, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", classPath(main), main.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  private static String classPath(Class<?> main) {
    if (main.getClassLoader() instanceof URLClassLoader urls) { // that of Maven's exec:java
      return Arrays.stream(urls.getURLs())
          .map(url -> Path.of(URI.create(url.toString())).toString())
          .collect(Collectors.joining(File.pathSeparator));
    }
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  /**
   * Starts a process.
   *
   * @param command what {@link #command} made
   * @param environment added to that of this process
   * @param errors the file that gets what it writes to its standard error
   */
  public static ChildJava start(List<String> command, Map<String, String> environment, Path errors)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
    // Each makes a virtual machine say something that the class has not said.
    builder
        .environment()
        .keySet()
        .removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"));
    builder.environment().putAll(environment);
    return new ChildJava(builder.start(), errors);
  }

  /** {@return the process itself} */
  public Process process() {
    return process;
  }

  /** {@return what it wrote to its standard error so far} */
  public String errors() throws IOException {
    return Files.readString(errors);
  }

  /** {@return its exit code; it must end within a minute} */
  public int exitCode() throws IOException, InterruptedException {
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      throw new AssertionError("the process does not end: " + errors());
    }
    return process.exitValue();
  }

  /** {@return all that it writes to its standard output until it ends, as it must, with 0} */
  public String output() throws IOException, InterruptedException {
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int exitCode = exitCode();
    if (exitCode != 0) {
      throw new AssertionError("it ended with " + exitCode + ": " + output + errors());
    }
    return output;
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
