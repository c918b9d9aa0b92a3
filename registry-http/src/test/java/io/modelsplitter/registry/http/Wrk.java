package io.modelsplitter.registry.http;

import io.modelsplitter.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs {@code wrk} against a server, in a process of its own. */
final class Wrk {
  private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([0-9.]+)");
  private static final Pattern FAULTS = Pattern.compile("Non-2xx.*|Socket errors.*");

  private final String url;
  private final Path script;
  private final int connections;

  Wrk(String url, String script, int connections) throws IOException {
    this.url = url;
    this.connections = connections;
    this.script = Files.createTempFile("wrk", ".lua");
    this.script.toFile().deleteOnExit();
    Files.writeString(this.script, script);
  }

  /** Asks for a path with a number below {@code many} in it, by chance. */
  static String get(String path, int many) {
    return """
        function request()
          return wrk.format("GET", string.format("%s", math.random(0, %d)))
        end
        """
        .formatted(path, many - 1);
  }

  /**
   * Sends a body.
   *
   * @param body in Lua, with a number {@code i} below {@code many}
   */
  static String post(String path, String body, int many) {
    return """
        wrk.headers["Content-Type"] = "application/json"
        function request()
          local i = math.random(0, %d)
          return wrk.format("POST", "%s", nil, %s)
        end
        """
        .formatted(many - 1, path, body);
  }

  /** Sends a record like this, with a hash and a digest that no other has. */
  static String create(String path, Map<String, Object> record) {
    String json = Json.write(record);
    Matcher digest = Pattern.compile("\"digest\":\\s*\"([0-9a-f]+)\"").matcher(json);
    if (!digest.find()) {
      throw new IllegalArgumentException(json);
    }
    String hash = String.valueOf(record.get("model_layer_hash"));
    return """
        wrk.headers["Content-Type"] = "application/json"
        local before, between, after = [==[%s]==], [==[%s]==], [==[%s]==]
        local started = string.gsub(tostring({}), "[^0-9a-f]", "") .. os.time()
        local i = 0
        function request()
          i = i + 1
          local name = started .. "-" .. i
          return wrk.format("POST", "%s", nil, before .. name .. between .. name .. after)
        end
        """
        .formatted(
            json.substring(0, json.indexOf(hash)),
            json.substring(json.indexOf(hash) + hash.length(), digest.start(1)),
            json.substring(digest.end(1)),
            path);
  }

  /** Runs for so long; answers the requests a second, every one of which must have succeeded. */
  double run(int seconds) throws IOException, InterruptedException {
    String output =
        output(
            "wrk",
            "-t1",
            "--timeout=10s", // what is slow is no fault
            "-c" + connections,
            "-d" + seconds + "s",
            "-s",
            script.toString(),
            url);
    Matcher faults = FAULTS.matcher(output);
    Matcher rate = RATE.matcher(output);
    if (faults.find() || !rate.find()) {
      throw new IllegalStateException(output);
    }
    return Double.parseDouble(rate.group(1));
  }

  /** What a command says, which must succeed. */
  static String output(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException(output);
    }
    return output;
  }
}
