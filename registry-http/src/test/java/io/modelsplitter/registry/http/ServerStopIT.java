package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.modelsplitter.registry.client.TaskClient;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The runnable jar that is told to stop by SIGTERM while a request runs. */
@Timeout(120)
class ServerStopIT {
  @TempDir Path folder;

  @Test
  void sigterm_whileARequestRuns_letsItFinishAndTakesNothingNew() throws Exception {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start();
        ServerProcess server =
            ServerProcess.start(
                folder,
                "--port=0",
                "--jdbc-url",
                postgres.getJdbcUrl("postgres", "postgres"),
                "--db-user=postgres",
                "--stop-seconds=3600");
        LockedTask task =
            new LockedTask(
                postgres.getJdbcUrl("postgres", "postgres"), TaskClient.at(server.url()));
        KeptConnections kept = new KeptConnections(URI.create(server.url()))) {
      CompletableFuture<HttpResponse<String>> running = task.change(URI.create(server.url()));
      task.awaitWaiting(1);
      server.askToStop();
      RawConnection.untilNoneIsTaken(URI.create(server.url()));
      kept.assertToldThatTheServerStops();
      assertFalse(running.isDone());
      task.letGo();
      assertEquals(200, running.get().statusCode());
      assertEquals(128 + 15, server.terminate());
    }
  }
}
