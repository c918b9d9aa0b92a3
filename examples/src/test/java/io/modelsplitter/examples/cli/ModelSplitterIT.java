package io.modelsplitter.examples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import io.modelsplitter.examples.SyntheticCheckpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The runnable jar, as a person at a terminal and a script run it. */
class ModelSplitterIT {
  private static final Path JAR = Path.of("target", "model-splitter.jar").toAbsolutePath();
  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();

  /** For a shell, without characters that mean something to it. */
  private static final String TOOL = "'" + JAVA + "' -jar '" + JAR + "'";

  private static final String ESCAPE = "\u001b[";

  @TempDir Path folder;

  record Ended(int exitCode, String output, String errors) {}

  private ProcessBuilder builder(List<String> command) {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(folder.resolve("stdout").toFile())
            .redirectError(folder.resolve("stderr").toFile());
    builder.environment().remove("NO_COLOR");
    builder.environment().put("TERM", "xterm");
    return builder;
  }

  private Ended end(Process process) throws IOException, InterruptedException {
    if (!process.waitFor(120, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException("the tool does not end");
    }
    return new Ended(
        process.exitValue(),
        Files.readString(folder.resolve("stdout")),
        Files.readString(folder.resolve("stderr")));
  }

  private Ended bash(String script) throws IOException, InterruptedException {
    return end(builder(List.of("bash", "-c", script)).start());
  }

  /** With a terminal for standard output and error; what it shows is the output. */
  private Ended terminal(String script) throws IOException, InterruptedException {
    try {
      Process probe = new ProcessBuilder("script", "--version").start();
      assumeTrue(probe.waitFor() == 0, "script is not that of util-linux");
    } catch (IOException e) {
      assumeTrue(false, "script is not here");
    }
    return end(builder(List.of("script", "-qec", script, "/dev/null")).start());
  }

  private Path model() throws IOException {
    Path model = folder.resolve("model");
    SyntheticCheckpoint.main(new String[] {model.toString(), "1"});
    return model;
  }

  @Test
  void version_isThatOfTheManifest() throws Exception {
    Ended ended = bash(TOOL + " --version");
    try (JarFile jar = new JarFile(JAR.toFile())) {
      String version = jar.getManifest().getMainAttributes().getValue("Implementation-Version");
      assertEquals(new Ended(0, "model-splitter " + version + "\n", ""), ended);
    }
  }

  @Test
  void completion_isBashAndCompletesTheCommands() throws Exception {
    Ended ended =
        bash(
            "compopt() { :; }; source <("
                + TOOL
                + " generate-completion | tee completion); bash -n completion || exit 9;"
                + " COMP_WORDS=(model-splitter ''); COMP_CWORD=1; _complete_model-splitter;"
                + " echo ${COMPREPLY[@]};"
                + " COMP_WORDS=(model-splitter tasks --wa); COMP_CWORD=2;"
                + " _complete_model-splitter; echo ${COMPREPLY[@]}");
    assertEquals(0, ended.exitCode(), ended::errors);
    assertEquals(
        "plan split merge hash layers tasks gc generate-completion\n--watch\n", ended.output());
  }

  @Test
  void split_onATerminal_showsABarAndLeavesResults() throws Exception {
    Path model = model();
    Ended ended =
        terminal(
            TOOL
                + " split '"
                + model
                + "' --world-size 2 2>log; cat log >seen; "
                + TOOL
                + " split '"
                + model
                + "' --world-size 2 >results");
    assertEquals(0, ended.exitCode(), ended::output);
    // Standard error was a file the first time, and the terminal the second time.
    assertFalse(Files.readString(folder.resolve("seen")).contains(ESCAPE));
    assertTrue(ended.output().contains("  [........................]   0%"), ended::output);
    assertTrue(ended.output().contains(ESCAPE + "Ksplit into 2 files, "), ended::output);
    List<String> results = Files.readAllLines(folder.resolve("results"));
    assertEquals(3, results.size(), results::toString);
    assertTrue(results.get(0).endsWith("  split/rank-0.safetensors"), results::toString);
  }

  @Test
  void help_onATerminal_isColouredUnlessNoColorIsSet() throws Exception {
    Ended ended = terminal(TOOL + " --help; echo ===; NO_COLOR=1 " + TOOL + " --help");
    int middle = ended.output().indexOf("===");
    assertTrue(ended.output().substring(0, middle).contains(ESCAPE), ended::output);
    String plain = ended.output().substring(middle);
    assertFalse(plain.contains(ESCAPE), ended::output);
    assertTrue(plain.contains("Exit codes:"), ended::output);
  }

  @Test
  void plan_whoseReaderGoesAway_endsQuietly() throws Exception {
    Ended ended =
        bash(
            "exec 3> >(exec true); wait $!; "
                + TOOL
                + " plan '"
                + model()
                + "' --world-size 2 --json --quiet >&3; echo $?");
    assertEquals(new Ended(0, "141\n", ""), ended);
  }

  @Test
  void split_thatIsTerminated_leavesNothingBehind() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch over = new CountDownLatch(1);
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.sendResponseHeaders(200, 1 << 20);
            exchange.getResponseBody().write(new byte[1 << 10]);
            exchange.getResponseBody().flush();
            asked.countDown();
            over.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    server.start();
    try {
      Path temporary = Files.createDirectory(folder.resolve("tmp"));
      String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/m.safetensors";
      List<String> command = new ArrayList<>(List.of(JAVA, "-Djava.io.tmpdir=" + temporary));
      command.addAll(List.of("-jar", JAR.toString(), "split", url, "--world-size=2"));
      Process process = builder(command).start();
      assertTrue(asked.await(120, TimeUnit.SECONDS));
      process.destroy();
      Ended ended = end(process);
      assertEquals(143, ended.exitCode());
      assertEquals("", ended.output());
      assertEquals(
          List.of("opening m.safetensors", "model-splitter: interrupted"),
          ended.errors().lines().toList());
      try (var left = Files.list(temporary)) {
        assertEquals(List.of(), left.filter(it -> !it.toString().contains("hsperfdata")).toList());
      }
      assertFalse(Files.exists(folder.resolve("split")));
    } finally {
      over.countDown();
      server.stop(0);
    }
  }
}
