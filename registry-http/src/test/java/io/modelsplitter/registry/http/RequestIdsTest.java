package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.javalin.config.RoutesConfig;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The id that each request has, on the wire. */
@Timeout(60)
class RequestIdsTest {
  private static final String SANE = "[A-Za-z0-9._-]{1,128}";

  private EmbeddedRegistry registry;
  private RegistryServer server;

  @BeforeEach
  void start() {
    registry = EmbeddedRegistry.inMemory();
    server = RegistryServer.builder().tasks(registry.tasks()).blocks(registry.blocks()).start();
  }

  @AfterEach
  void close() {
    server.close();
    registry.close();
  }

  private RawHttp.Answer get(String target, String id) throws Exception {
    return RawHttp.send(
        server,
        "GET " + target + " HTTP/1.1",
        "Host: h",
        "Connection: close",
        "X-Request-Id: " + id);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/healthz", "/nothing", "/task/x", "/tasks?limit=x", "/task_update", "//healthz"})
  void saneId_isInEveryAnswer(String target) throws Exception {
    String id = "A-z_0.9".repeat(18); // 126 characters
    RawHttp.Answer answer = get(target, id);
    assertEquals(id, answer.id(), answer::text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a b", "a\tb", "a\"b", "<b>", "%0a", "{}", "\u00e9", "", "a;b", "a,b", "${x}"})
  void hostileId_isReplaced(String id) throws Exception {
    RawHttp.Answer answer = get("/healthz", id);
    assertEquals(200, answer.status());
    assertTrue(answer.id().matches(SANE), answer::text);
    assertNotEquals(id, answer.id());
  }

  @Test
  void longId_isReplacedAndNoneIsMade() throws Exception {
    String most = "x".repeat(128);
    assertEquals(most, get("/healthz", most).id());
    String made = get("/healthz", most + "x").id();
    assertTrue(made.matches("[0-9a-f-]{36}"), made);
    String other = RawHttp.send(server, "GET /healthz HTTP/1.0").id();
    assertTrue(other.matches("[0-9a-f-]{36}"), other);
    assertNotEquals(made, other);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /%zz HTTP/1.1",
        "GET /task/%00 HTTP/1.1",
        "GET /a/..;/b HTTP/1.1",
        "GET / HTTP/7.0",
        "GET",
        "G\u0001T / HTTP/1.1",
        "OPTIONS * HTTP/1.1",
        "TRACE / HTTP/1.1",
        "NONSENSE /tasks HTTP/1.1",
      })
  void requestThatReachesNoRoute_hasOneToo(String line) throws Exception {
    RawHttp.Answer answer =
        RawHttp.send(server, line, "Host: h", "Connection: close", "X-Request-Id: mine");
    assertTrue(answer.status() >= 400, answer::text);
    assertTrue(answer.id().matches(SANE), answer::text);
  }

  @Test
  void headersThatAreTooLarge_haveOneToo() throws Exception {
    RawHttp.Answer answer =
        RawHttp.send(server, "GET / HTTP/1.1", "Host: h", "X: " + "x".repeat(20_000));
    assertEquals(431, answer.status());
    assertTrue(answer.id().matches(SANE), answer::text);
  }

  @Test
  void answerToNobody_hasIt(@TempDir Path folder) throws Exception {
    Path tokens = Files.writeString(folder.resolve("t"), "read " + "0".repeat(64) + "\n");
    try (RegistryServer closed =
        RegistryServer.builder()
            .tasks(registry.tasks())
            .access(new Access(new TokenFile(tokens), null))
            .start()) {
      RawHttp.Answer answer =
          RawHttp.send(
              closed, "GET /tasks HTTP/1.1", "Host: h", "Connection: close", "X-Request-Id: mine");
      assertEquals(401, answer.status());
      assertEquals("mine", answer.id());
    }
  }

  private static void addBroken(RoutesConfig routes) {
    routes.get(
        "/broken/exception",
        ctx -> {
          throw new IllegalStateException("it is broken");
        });
    routes.get(
        "/broken/error",
        ctx -> {
          throw new StackOverflowError();
        });
  }

  @Test
  void internalError_isNamedByItInTheAnswerAndInTheLog() throws Exception {
    try (CapturedLog log = new CapturedLog();
        RegistryServer broken =
            RegistryServer.builder().routes(RequestIdsTest::addBroken).start()) {
      for (String target : new String[] {"/broken/exception", "/broken/error"}) {
        RawHttp.Answer answer =
            RawHttp.send(
                broken,
                "GET " + target + " HTTP/1.1",
                "Host: h",
                "Connection: close",
                "X-Request-Id: mine" + target.replace('/', '.'));
        assertEquals(500, answer.status(), answer::text);
        assertEquals("mine" + target.replace('/', '.'), answer.id());
        String error = "internal error " + answer.id();
        assertTrue(answer.text().contains(error + ";"), answer::text);
        assertTrue(log.text().contains(error), log::text);
      }
    }
  }
}
