package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.javalin.config.RoutesConfig;
import io.modelsplitter.Await;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.query.Filter;
import io.modelsplitter.registry.ModelLayer;
import io.modelsplitter.registry.Query;
import io.modelsplitter.registry.TaskQuery;
import io.modelsplitter.registry.TaskRegistry;
import io.modelsplitter.registry.client.ModelLayerClient;
import io.modelsplitter.registry.client.TaskClient;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RegistryServerTest {

  /** Two ports that were free a moment ago. */
  private static int[] freePorts() {
    try (ServerSocket one = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return new int[] {one.getLocalPort(), other.getLocalPort()};
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static RegistryServer onTwoPorts(TaskRegistry tasks, List<Integer> ports) {
    return Await.bound(
        () -> {
          int[] free = freePorts();
          RegistryServer server =
              RegistryServer.builder()
                  .tasks(tasks)
                  .port(free[0])
                  .alsoOnPort(free[1])
                  .alsoOnPort(free[0])
                  .alsoOnPort(free[1])
                  .start();
          ports.addAll(List.of(free[0], free[1]));
          return server;
        });
  }

  @Test
  void alsoOnPort_listensOnAllAndNamesTheFirst() {
    List<Integer> ports = new ArrayList<>();
    try (EmbeddedRegistry registry = EmbeddedRegistry.inMemory();
        RegistryServer server = onTwoPorts(registry.tasks(), ports)) {
      assertEquals("http://127.0.0.1:" + ports.get(0), server.url().toString());
      for (int each : ports) {
        TaskClient client = TaskClient.at("http://127.0.0.1:" + each);
        assertEquals(List.of(), client.query(TaskQuery.all()));
      }
    }
  }

  @Test
  void start_onAPortThatIsTaken_isRefused() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      RegistryServer.Builder builder = RegistryServer.builder().port(taken.getLocalPort());
      assertThrows(BadInputException.class, builder::start);
    }
  }

  /** Hands over more than any buffer holds, then the database is lost. */
  private static void addBreaking(RoutesConfig routes) {
    Map<String, Object> layer =
        new ModelLayer("h", "a", "c", "u", List.of(Map.of("text", "x".repeat(100_000))), 0, 1)
            .toMap();
    routes.post(
        "/model-layers",
        ctx ->
            Answers.<Map<String, Object>>stream(
                ctx,
                it -> it,
                action -> {
                  for (int i = 0; i < 100; i++) {
                    action.accept(layer);
                  }
                  throw new UnavailableException("the database cannot be reached", null);
                }));
  }

  @Test
  void query_thatFailsAfterAPartWasSent_neverLooksWhole() {
    try (RegistryServer server =
        RegistryServer.builder().routes(RegistryServerTest::addBreaking).start()) {
      ModelLayerClient client = ModelLayerClient.at(server.url().toString());
      List<ModelLayer> seen = new ArrayList<>();
      assertThrows(
          UnavailableException.class, () -> client.query(Query.of(Filter.all()), seen::add));
      assertFalse(seen.isEmpty());
    }
  }
}
