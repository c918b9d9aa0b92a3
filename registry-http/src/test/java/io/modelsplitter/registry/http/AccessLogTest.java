package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.job.CredentialsKey;
import io.modelsplitter.registry.NewTask;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the access log says of requests, and what it never says. */
@Timeout(60)
class AccessLogTest {
  private static final String NAMED = "named-s3cret-token";
  private static final String UNNAMED = "unnamed-s3cret-token";

  @TempDir Path folder;

  private final CredentialsKey key = CredentialsKey.random();
  private EmbeddedRegistry registry;
  private RegistryServer server;
  private CapturedLog log;

  @BeforeEach
  void start() throws Exception {
    registry = EmbeddedRegistry.inMemory();
    String lines =
        "# who may what\n"
            + TokenLines.of("write", NAMED, "ci.build # the pipeline")
            + TokenLines.of("read", UNNAMED);
    Path tokens = Files.writeString(folder.resolve("tokens"), lines);
    server =
        RegistryServer.builder()
            .tasks(registry.tasks())
            .access(new Access(new TokenFile(tokens), new TaskTokens(key)))
            .accessLog()
            .start();
    log = new CapturedLog();
  }

  @AfterEach
  void close() {
    server.close();
    log.close();
    registry.close();
  }

  private Map<String, Object> logged(String line, String token, String... headers)
      throws Exception {
    RawHttp.Answer answer = send(line, token, headers);
    return log.access(answer.id());
  }

  private RawHttp.Answer send(String line, String token, String... headers) throws Exception {
    return RawHttp.send(
        server,
        line,
        "Host: h",
        "Connection: close",
        "Authorization: Bearer " + token,
        String.join("\r\n", headers));
  }

  @Test
  void request_isALineWithAllOfIt() throws Exception {
    Instant before = Instant.now();
    String id = registry.tasks().create(NewTask.of("model_splits", Map.of())).taskId();
    String target = "GET /task/" + id + "?api_key=hidden HTTP/1.1";
    RawHttp.Answer answer = send(target, NAMED, "X-Request-Id: mine");
    Map<String, Object> line = log.access("mine");
    assertEquals(
        List.of(
            "time",
            "request_id",
            "method",
            "route",
            "path",
            "status",
            "bytes",
            "milliseconds",
            "caller",
            "remote_address"),
        List.copyOf(line.keySet()));
    assertEquals("GET", line.get("method"));
    assertEquals("/task/{id}", line.get("route"));
    assertEquals("/task/" + id, line.get("path"));
    assertEquals(200, line.get("status"));
    assertEquals("ci.build", line.get("caller"));
    assertEquals("127.0.0.1", line.get("remote_address"));
    assertEquals(answer.text().split("\r\n\r\n", 2)[1].length(), line.get("bytes"));
    Instant began = Instant.parse(String.valueOf(line.get("time")));
    assertFalse(
        began.isBefore(before.minusSeconds(1)) || began.isAfter(Instant.now()), line::toString);
    assertTrue(
        line.get("milliseconds") instanceof Double took && took >= 0,
        () -> line.get("milliseconds") + " is no time");
  }

  @Test
  void callers_areNamedByTheirTokensAndNotShown() throws Exception {
    String id = registry.tasks().create(NewTask.of("model_splits", Map.of())).taskId();
    String ofTask = new TaskTokens(key).token(id);
    assertEquals("read:3", logged("GET /tasks HTTP/1.1", UNNAMED).get("caller"));
    assertEquals("task:" + id, logged("GET /task/" + id + " HTTP/1.1", ofTask).get("caller"));
    Map<String, Object> unknown = logged("GET /tasks HTTP/1.1", "wrong-s3cret");
    assertEquals(401, unknown.get("status"));
    assertEquals("/tasks", unknown.get("route"));
    assertEquals("", unknown.get("caller"));
    Map<String, Object> refused = logged("DELETE /task/" + id + " HTTP/1.1", UNNAMED);
    assertEquals(403, refused.get("status"));
    assertEquals("read:3", refused.get("caller"));
    for (String line :
        List.of(
            "GET /tasks?token=" + NAMED + " HTTP/1.1",
            "GET /tasks;token=" + NAMED + " HTTP/1.1",
            "GET http://user:" + NAMED + "@h/tasks HTTP/1.1",
            "GET /tasks#" + NAMED + " HTTP/1.1",
            "GET /%zz?token=" + NAMED + " HTTP/1.1",
            "GET /tasks?token=" + NAMED + "%zz HTTP/1.1",
            "POST /tasks?x=" + NAMED + " HTTP/1.1")) {
      Map<String, Object> unused = logged(line, NAMED, "X-Request-Id: " + NAMED + "/");
    }
    assertFalse(log.text().contains("s3cret"), log::text);
    assertFalse(log.text().contains(ofTask.substring(ofTask.lastIndexOf('.'))), log::text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /%0d%0aforged HTTP/1.1",
        "GET /\u0085forged HTTP/1.1",
        "GET /\u00e2\u0080\u00a8forged HTTP/1.1",
        "GET /\u007f\u0000forged HTTP/1.1",
        "GET /\",\"status\":200,\"x\":\" HTTP/1.1",
        "GET /{}%s%n${x}\\ HTTP/1.1",
        "G\"{} /tasks HTTP/1.1",
      })
  void hostileRequest_isOneLineOfPlainText(String line) throws Exception {
    Map<String, Object> logged = logged(line, NAMED);
    assertTrue(Integer.parseInt(String.valueOf(logged.get("status"))) >= 400, logged::toString);
    assertEquals("unmatched", logged.get("route"));
    assertEquals(1, CapturedLog.accesses(log.text()).size());
    assertTrue(log.text().chars().allMatch(c -> c == '\n' || (c >= ' ' && c < 127)), log::text);
  }

  @Test
  void longPathAndMethod_areCut() throws Exception {
    Map<String, Object> line =
        logged("M".repeat(3_000) + " /" + "p".repeat(9_000) + " HTTP/1.1", NAMED);
    assertEquals("M".repeat(32) + "...", line.get("method"));
    assertEquals("/" + "p".repeat(999) + "...", line.get("path"));
  }

  @Test
  void headersThatAreTooLarge_areALineToo() throws Exception {
    Map<String, Object> line = logged("GET /tasks HTTP/1.1", "x".repeat(20_000));
    assertEquals(431, line.get("status"));
  }
}
