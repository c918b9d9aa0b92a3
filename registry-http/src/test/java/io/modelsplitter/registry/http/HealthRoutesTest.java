package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.job.CredentialsKey;
import io.modelsplitter.job.MemoryDeployer;
import io.modelsplitter.job.SplitRunners;
import io.modelsplitter.registry.client.TaskClient;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whether a server says that it is of use only while it is. */
@Timeout(60)
class HealthRoutesTest {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private static CompletableFuture<HttpResponse<String>> get(RegistryServer server, String path) {
    HttpRequest request = HttpRequest.newBuilder(server.url().resolve(path)).build();
    return HTTP.sendAsync(request, BodyHandlers.ofString());
  }

  @Test
  @SuppressWarnings("try") // closed early, which is what is tested
  void readyz_asksTheDatabaseOfWhateverIsServed(@TempDir Path folder) {
    try (EmbeddedRegistry registry =
            EmbeddedRegistry.open("jdbc:h2:file:" + folder.resolve("registry"), "sa", "");
        SplitRunners runners =
            new SplitRunners(
                registry.splitRunners(), new MemoryDeployer(), CredentialsKey.random());
        RegistryServer layers =
            RegistryServer.builder().modelLayers(registry.modelLayers()).start();
        RegistryServer tasks = RegistryServer.builder().tasks(registry.tasks()).start();
        RegistryServer blocks = RegistryServer.builder().blocks(registry.blocks()).start();
        RegistryServer ofRunners = RegistryServer.builder().splitRunners(runners).start()) {
      List<RegistryServer> servers = List.of(layers, tasks, blocks, ofRunners);
      servers.forEach(server -> assertEquals(200, get(server, "/readyz").join().statusCode()));
      registry.close();
      for (RegistryServer server : servers) {
        HttpResponse<String> answer = get(server, "/readyz").join();
        assertEquals(503, answer.statusCode());
        assertTrue(answer.body().contains("not ready: the database"), answer::body);
        assertEquals(200, get(server, "/healthz").join().statusCode());
      }
    }
  }

  @Test
  @SuppressWarnings("try") // closed early, which is what is tested
  void readyz_whatItStandsOnIsAway_isNotReady() {
    try (EmbeddedRegistry registry = EmbeddedRegistry.inMemory();
        RegistryServer behind = RegistryServer.builder().tasks(registry.tasks()).start();
        RegistryServer runner =
            RegistryServer.builder().tasks(TaskClient.at(behind.url().toString())).start()) {
      assertEquals(200, get(runner, "/readyz").join().statusCode());
      behind.close();
      assertEquals(503, get(runner, "/readyz").join().statusCode());
      assertEquals(200, get(runner, "/healthz").join().statusCode());
    }
  }

  @Test
  void readyz_whatDoesNotAnswer_isNotWaitedFor() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        RegistryServer server =
            RegistryServer.builder()
                .tasks(TaskClient.at("http://127.0.0.1:" + silent.getLocalPort()))
                .start()) {
      List<CompletableFuture<HttpResponse<String>>> probes = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        probes.add(get(server, "/readyz"));
      }
      for (CompletableFuture<HttpResponse<String>> probe : probes) {
        assertEquals(503, probe.join().statusCode());
        assertTrue(probe.join().body().contains("for 2 seconds"), probe.join()::body);
      }
      silent.setSoTimeout(1);
      assertEquals(1, connections(silent)); // one check for all of them
    }
  }

  private static int connections(ServerSocket server) throws Exception {
    int connections = 0;
    try {
      while (true) {
        server.accept().close();
        connections++;
      }
    } catch (java.net.SocketTimeoutException e) {
      return connections;
    }
  }
}
