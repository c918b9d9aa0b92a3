package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.registry.NewTask;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What takes long, and what takes too long, on a real database. */
@Timeout(120)
class RequestTimeTest {
  private static final Duration LONG = Duration.ofMinutes(30);
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final String database = RealPostgres.newDatabaseUrl();
  private EmbeddedRegistry registry;

  @BeforeEach
  void open() {
    registry = EmbeddedRegistry.open(database, RealPostgres.USER, "");
  }

  @AfterEach
  void close() {
    registry.close();
  }

  private RegistryServer serve(int connections, Duration idle, Duration request, Duration stop) {
    return RegistryServer.builder()
        .tasks(registry.tasks())
        .limits(new Limits(2 << 20, 4096, connections, 4 << 20, idle, request, stop))
        .start();
  }

  /** More than the buffers between a server and a client hold. */
  private void createManyTasks() {
    for (int i = 0; i < 200; i++) {
      registry.tasks().create(NewTask.of("model_splits", Map.of("text", "x".repeat(50_000))));
    }
  }

  private static RawConnection beginReadingAllTasks(RegistryServer server) throws Exception {
    RawConnection reader = RawConnection.withSmallBuffer(server.url());
    reader.send(RawConnection.post("/tasks", 2) + "{}");
    assertEquals('H', reader.read());
    return reader;
  }

  @Test
  void request_thatTakesTooLong_isStoppedAndToldToComeAgain() throws Exception {
    try (RegistryServer server = serve(100, LONG, SECOND, LONG);
        LockedTask task = new LockedTask(database, registry.tasks())) {
      HttpResponse<String> answer = task.change(server.url()).get();
      assertEquals(503, answer.statusCode());
      assertTrue(answer.body().contains("too long"), answer::body);
      assertEquals("1", answer.headers().firstValue("Retry-After").orElse(""));
      task.letGo();
      assertEquals(200, task.change(server.url()).get().statusCode());
    }
  }

  @Test
  void request_ofAnIdleConnection_isAnsweredAllTheSame() throws Exception {
    try (RegistryServer server = serve(100, SECOND, LONG, LONG);
        RegistryServer hasty = serve(100, LONG, Duration.ofSeconds(3), LONG);
        LockedTask task = new LockedTask(database, registry.tasks())) {
      CompletableFuture<HttpResponse<String>> silent = task.change(server.url());
      assertEquals(503, task.change(hasty.url()).get().statusCode()); // three seconds later
      task.letGo();
      assertEquals(200, silent.get().statusCode());
    }
  }

  @Test
  void longAnswer_isGivenAsLongAsItIsRead() throws Exception {
    createManyTasks();
    try (RegistryServer server = serve(100, LONG, SECOND, LONG);
        LockedTask task = new LockedTask(database, registry.tasks());
        RawConnection reader = beginReadingAllTasks(server)) {
      assertEquals(503, task.change(server.url()).get().statusCode()); // a second later
      reader.send(
          RawConnection.get("/healthz").replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
      String all = reader.rest();
      assertTrue(
          all.contains("]}\r\n0\r\n\r\nHTTP/1.1 200"),
          () -> all.substring(Math.max(0, all.length() - 999)));
    }
  }

  @Test
  void connections_ofWhichAllAreAnswered_leaveOthersTheirWord() throws Exception {
    try (RegistryServer server = serve(2, LONG, LONG, LONG);
        LockedTask task = new LockedTask(database, registry.tasks())) {
      CompletableFuture<HttpResponse<String>> one = task.change(server.url());
      CompletableFuture<HttpResponse<String>> two = task.change(server.url());
      task.awaitWaiting(2);
      for (int i = 0; i < 300; i++) {
        try (RawConnection more = RawConnection.to(server.url())) {
          RawConnection.Answer answer = more.send(RawConnection.get("/healthz")).answer();
          assertEquals(503, answer.status());
          assertTrue(answer.headers().contains("retry-after: 1"), answer::headers);
          assertTrue(answer.headers().contains("connection: close"), answer::headers);
        }
      }
      task.letGo();
      assertEquals(200, one.get().statusCode());
      assertEquals(200, two.get().statusCode());
      assertEquals(200, task.change(server.url()).get().statusCode());
    }
  }
}
