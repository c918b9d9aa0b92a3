package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.query.Filter;
import io.modelsplitter.query.Update;
import io.modelsplitter.registry.Explanation;
import io.modelsplitter.registry.ModelLayer;
import io.modelsplitter.registry.ModelLayerRegistry;
import io.modelsplitter.registry.Query;
import io.modelsplitter.registry.Registration;
import io.modelsplitter.registry.Stored;
import io.modelsplitter.registry.TaskQuery;
import io.modelsplitter.registry.client.ModelLayerClient;
import io.modelsplitter.registry.client.TaskClient;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class RegistryServerTest {

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Test
  void alsoOnPort_listensOnAllAndNamesTheFirst() throws IOException {
    int port = freePort();
    int other = freePort();
    try (EmbeddedRegistry registry = EmbeddedRegistry.inMemory();
        RegistryServer server =
            RegistryServer.builder()
                .tasks(registry.tasks())
                .port(port)
                .alsoOnPort(other)
                .alsoOnPort(port)
                .alsoOnPort(other)
                .start()) {
      assertEquals("http://127.0.0.1:" + port, server.url().toString());
      for (int each : new int[] {port, other}) {
        TaskClient client = TaskClient.at("http://127.0.0.1:" + each);
        assertEquals(List.of(), client.query(TaskQuery.all()));
      }
    }
  }

  @Test
  void readyz_whatItStandsOnIsAway_isNotReady() throws Exception {
    EmbeddedRegistry registry = EmbeddedRegistry.inMemory();
    RegistryServer behind = RegistryServer.builder().tasks(registry.tasks()).start();
    try (RegistryServer runner =
        RegistryServer.builder().tasks(TaskClient.at(behind.url().toString())).start()) {
      assertEquals(200, status(runner, "/readyz"));
      behind.close();
      assertEquals(503, status(runner, "/readyz"));
      assertEquals(200, status(runner, "/healthz"));
    }
    registry.close();
  }

  private static int status(RegistryServer server, String path) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(server.url().resolve(path)).build();
    return HttpClient.newHttpClient().send(request, BodyHandlers.discarding()).statusCode();
  }

  @Test
  void start_onAPortThatIsTaken_isRefused() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      RegistryServer.Builder builder = RegistryServer.builder().port(taken.getLocalPort());
      assertThrows(BadInputException.class, builder::start);
    }
  }

  @Test
  void query_thatFailsAfterAPartWasSent_neverLooksWhole() {
    try (RegistryServer server =
        RegistryServer.builder().modelLayers(new BreakingRegistry()).start()) {
      ModelLayerClient client = ModelLayerClient.at(server.url().toString());
      List<ModelLayer> seen = new ArrayList<>();
      assertThrows(
          UnavailableException.class, () -> client.query(Query.of(Filter.all()), seen::add));
    }
  }

  /** Hands over more than any buffer holds, then loses its database. */
  private static final class BreakingRegistry implements ModelLayerRegistry {
    @Override
    public Optional<String> query(Query query, Consumer<? super ModelLayer> action) {
      Map<String, Object> metadata = Map.of("text", "x".repeat(100_000));
      for (int i = 0; i < 100; i++) {
        action.accept(new ModelLayer("h" + i, "a", "c", "u", List.of(metadata), 0, 1));
      }
      throw new UnavailableException("the database cannot be reached", null);
    }

    @Override
    public Registration<ModelLayer> create(ModelLayer layer) {
      throw new AssertionError();
    }

    @Override
    public Stored<ModelLayer> get(String modelLayerHash) {
      throw new AssertionError();
    }

    @Override
    public Stored<ModelLayer> update(String modelLayerHash, Update update) {
      throw new AssertionError();
    }

    @Override
    public Stored<ModelLayer> update(String modelLayerHash, Update update, long version) {
      throw new AssertionError();
    }

    @Override
    public Explanation explain(Query query) {
      throw new AssertionError();
    }

    @Override
    public void delete(String modelLayerHash) {
      throw new AssertionError();
    }
  }
}
