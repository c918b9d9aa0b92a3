package io.modelsplitter.registry.http;

import io.modelsplitter.Await;
import io.modelsplitter.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the loggers of this process say, instead of on standard error, until it is closed. */
final class CapturedLog implements AutoCloseable {
  private static final String ACCESS = " access - ";

  private final PrintStream before = System.err;
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  CapturedLog() {
    System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
  }

  String text() {
    return said.toString(StandardCharsets.UTF_8);
  }

  /** The lines of the access log so far. */
  static List<Map<String, Object>> accesses(String text) {
    return text.lines()
        .filter(line -> line.contains(ACCESS))
        .map(line -> line.substring(line.indexOf(ACCESS) + ACCESS.length()))
        .map(line -> Json.parseObject("the access log", line))
        .toList();
  }

  /** The line of one request, which is written after its answer; waits for it. */
  Map<String, Object> access(String requestId) {
    return Await.answer(
            () ->
                accesses(text()).stream()
                    .filter(it -> requestId.equals(it.get("request_id")))
                    .findFirst(),
            Optional::isPresent,
            "the access log has " + requestId)
        .orElseThrow();
  }

  @Override
  public void close() {
    System.setErr(before);
  }
}
