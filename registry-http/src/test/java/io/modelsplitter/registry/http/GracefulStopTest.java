package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that stops while a request runs, on a real database. */
@Timeout(120)
class GracefulStopTest {
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
    try (RegistryServer server = serve(LONG);
        LockedTask task = new LockedTask(database, registry.tasks());
        KeptConnections kept = new KeptConnections(server.url())) {
      CompletableFuture<HttpResponse<String>> running = task.change(server.url());
      task.awaitWaiting(1);
      CompletableFuture<Void> closing = CompletableFuture.runAsync(server::close);

      RawConnection.untilNoneIsTaken(server.url());
      kept.assertToldThatTheServerStops();
      assertFalse(running.isDone());
      assertFalse(closing.isDone());

      task.letGo();
      assertEquals(200, running.get().statusCode());
      closing.get();
    }
  }

  @Test
  @SuppressWarnings("try") // closed early, which is what is tested
  void close_whileARequestRunsTooLong_goesAllTheSame() throws Exception {
    try (RegistryServer server = serve(Duration.ZERO);
        LockedTask task = new LockedTask(database, registry.tasks())) {
      CompletableFuture<HttpResponse<String>> running = task.change(server.url());
      task.awaitWaiting(1);
      server.close();
      assertThrows(ExecutionException.class, running::get);
    }
  }
}
