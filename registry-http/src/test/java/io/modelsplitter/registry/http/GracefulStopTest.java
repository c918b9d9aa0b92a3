package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that stops while a request runs, on a real database. */
@Timeout(120)
class GracefulStopTest {
  private static final int KEPT = 8;
  private static final Duration LONG = Duration.ofMinutes(30);

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

  private RegistryServer serve(Duration stop) {
    return RegistryServer.builder()
        .tasks(registry.tasks())
        .limits(new Limits(4096, 4096, 100, 1 << 20, LONG, LONG, stop))
        .start();
  }

  @Test
  void close_whileARequestRuns_letsItFinishAndTakesNothingNew() throws Exception {
    RegistryServer server = serve(LONG);
    List<RawConnection> kept = new ArrayList<>();
    try (LockedTask task = new LockedTask(database, registry.tasks())) {
      CompletableFuture<HttpResponse<String>> running = task.change(server.url());
      task.awaitWaiting(1);
      for (int i = 0; i < KEPT; i++) {
        RawConnection connection = RawConnection.to(server.url());
        kept.add(connection);
        assertEquals(200, connection.send(RawConnection.get("/readyz")).answer().status());
      }
      CompletableFuture<Void> closing = CompletableFuture.runAsync(server::close);

      RawConnection.untilNoneIsTaken(server.url());
      int told = 0;
      for (RawConnection connection : kept) {
        told += isTold(connection) ? 1 : 0;
      }
      assertTrue(told > 0);
      assertFalse(running.isDone());
      assertFalse(closing.isDone());

      task.letGo();
      assertEquals(200, running.get().statusCode());
      closing.get();
    } finally {
      for (RawConnection connection : kept) {
        connection.close();
      }
    }
  }

  /**
   * Whether a kept connection is told that the server stops; else it was closed, as one is whose
   * last answer was just on its way.
   */
  private static boolean isTold(RawConnection kept) {
    RawConnection.Answer answer;
    try {
      answer = kept.send(RawConnection.get("/readyz")).answer();
    } catch (IOException e) {
      return false;
    }
    assertEquals(503, answer.status());
    assertTrue(answer.headers().contains("connection: close"), answer::headers);
    assertTrue(answer.headers().contains("retry-after: 1"), answer::headers);
    assertTrue(answer.body().contains("stopping"), answer::body);
    assertTrue(kept.endsWithoutAnAnswer());
    return true;
  }

  @Test
  void close_whileARequestRunsTooLong_goesAllTheSame() throws Exception {
    RegistryServer server = serve(Duration.ZERO);
    try (LockedTask task = new LockedTask(database, registry.tasks())) {
      CompletableFuture<HttpResponse<String>> running = task.change(server.url());
      task.awaitWaiting(1);
      server.close();
      assertThrows(ExecutionException.class, running::get);
    }
  }
}
