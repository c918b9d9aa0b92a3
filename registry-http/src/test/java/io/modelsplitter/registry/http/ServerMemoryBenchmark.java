package io.modelsplitter.registry.http;

import io.modelsplitter.registry.ModelLayer;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullUnmarked;

/**
 * The memory of the server, a process with {@code -Xmx128m} on an H2 file, while it answers every
 * layer it has in one streamed answer, and under minutes of load from {@code wrk}, which must be
 * installed.
 *
 * <p>Arguments: the server's jar, how many layers, and how many minutes of load.
 */
@NullUnmarked
final class ServerMemoryBenchmark {
  private static final Pattern LISTENING = Pattern.compile("listening on (\\S+)");
  private static final int BATCH = 1_000;

  private ServerMemoryBenchmark() {}

  static void run(Path jar, int layers, int minutes) throws Exception {
    Path folder = Files.createTempDirectory("server-memory");
    fill(folder, layers);
    Process server =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-jar",
                jar.toAbsolutePath().toString(),
                "--port",
                "0",
                "--jdbc-url",
                url(folder))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .directory(folder.toFile())
            .start();
    try {
      String url = url(server);
      System.out.printf("started: %d MB resident%n", resident(server));
      long bytes = readAll(url);
      System.out.printf(
          "streamed %,d layers, %,d bytes: %d MB resident%n", layers, bytes, resident(server));
      for (int minute = 1; minute <= minutes; minute++) {
        double get = new Wrk(url, Wrk.get("/model-layer/layer-%09d", layers), 32).run(25);
        double created =
            new Wrk(url, Wrk.create("/model-layer", ServerBenchmark.layer(7).toMap()), 32).run(25);
        System.out.printf(
            "minute %d: %.0f GETs and %.0f creates a second, %d MB resident%n",
            minute, get, created, resident(server));
      }
    } finally {
      server.destroy();
      server.waitFor();
    }
    System.out.println("the database is left in " + folder);
  }

  private static String url(Path folder) {
    return "jdbc:h2:file:" + folder.resolve("registry");
  }

  private static void fill(Path folder, int layers) {
    try (EmbeddedRegistry registry = EmbeddedRegistry.open(url(folder), "sa", "")) {
      for (int from = 0; from < layers; from += BATCH) {
        List<ModelLayer> some = new ArrayList<>();
        for (int i = from; i < Math.min(layers, from + BATCH); i++) {
          some.add(ServerBenchmark.layer(i));
        }
        registry.modelLayers().createAll(some);
      }
    }
  }

  private static String url(Process server) throws IOException {
    StringBuilder said = new StringBuilder();
    InputStream in = server.getInputStream();
    for (int next = in.read(); next >= 0; next = in.read()) {
      said.append((char) next);
      Matcher listening = LISTENING.matcher(said);
      if (next == '\n' && listening.find()) {
        return listening.group(1);
      }
    }
    throw new IllegalStateException(said.toString());
  }

  private static long readAll(String url) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + "/model-layers"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString("{}"))
            .build();
    HttpResponse<InputStream> answer =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofInputStream());
    byte[] buffer = new byte[1 << 16];
    long bytes = 0;
    byte last = 0;
    try (InputStream body = answer.body()) {
      for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
        bytes += read;
        last = read > 0 ? buffer[read - 1] : last;
      }
    }
    if (answer.statusCode() != 200 || last != '}') {
      throw new IllegalStateException("the answer is not whole");
    }
    return bytes;
  }

  /** Now; the most so far would hide that it shrinks, but not that it grows. */
  private static long resident(Process server) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + server.pid() + "/status")).stream()
            .filter(line -> line.startsWith("VmRSS:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
            .findFirst()
            .orElseThrow()
        >> 10;
  }
}
