package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.Await;
import io.modelsplitter.registry.ModelLayer;
import io.modelsplitter.registry.ModelLayerRegistry;
import io.modelsplitter.registry.client.ModelLayerClient;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A PostgreSQL that goes away under a running server, and comes back. */
@Timeout(120)
class DatabaseOutageIT {
  private static final ModelLayer LAYER =
      new ModelLayer("hash-1", "a", "c", "u", List.of(Map.of("n", 1)), 0, 1);

  @TempDir Path folder;

  private EmbeddedPostgres.Builder postgres() {
    return EmbeddedPostgres.builder()
        .setDataDirectory(folder.resolve("postgres"))
        .setCleanDataDirectory(false);
  }

  private static boolean isFree(int port) {
    try {
      new ServerSocket(port).close();
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void databaseThatGoesAndComesBack_is503MeanwhileAndNeedsNoRestart() throws Exception {
    EmbeddedPostgres postgres = postgres().start();
    int port = postgres.getPort();
    try (ServerProcess server =
        ServerProcess.start(
            folder,
            "--port=0",
            "--jdbc-url=" + postgres.getJdbcUrl("postgres", "postgres"),
            "--db-user=postgres")) {
      ModelLayerRegistry layers = ModelLayerClient.at(server.url());
      layers.create(LAYER);
      postgres.close();

      for (String path : List.of("/model-layer/hash-1", "/readyz")) {
        HttpResponse<String> answer = server.send("GET", path, "");
        assertEquals(503, answer.statusCode(), answer::body);
        assertTrue(answer.headers().firstValue("Retry-After").isPresent());
        boolean ready = path.equals("/readyz");
        String why = ready ? "not ready: " : "the database cannot be reached";
        assertTrue(answer.body().contains(why), answer::body);
      }
      assertEquals(200, server.send("GET", "/healthz", "").statusCode());

      Await.until(() -> isFree(port), "nobody else has the database's port");
      postgres = postgres().setPort(port).start();
      Await.until(
          () -> server.send("GET", "/readyz", "").statusCode() == 200, "the server is ready again");
      assertEquals(LAYER, layers.get("hash-1").value());
      layers.delete("hash-1");
    } finally {
      postgres.close();
    }
  }
}
