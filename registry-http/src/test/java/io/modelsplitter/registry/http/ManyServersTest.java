package io.modelsplitter.registry.http;

import io.modelsplitter.job.CredentialsKey;
import io.modelsplitter.job.MemoryDeployer;
import io.modelsplitter.job.SplitRunners;
import io.modelsplitter.registry.BlockRegistry;
import io.modelsplitter.registry.BlockRegistryContract;
import io.modelsplitter.registry.ModelLayerRegistry;
import io.modelsplitter.registry.ModelLayerRegistryContract;
import io.modelsplitter.registry.SplitRunnerRegistry;
import io.modelsplitter.registry.SplitRunnerRegistryContract;
import io.modelsplitter.registry.TaskRegistry;
import io.modelsplitter.registry.TaskRegistryContract;
import io.modelsplitter.registry.client.Blocks;
import io.modelsplitter.registry.client.ModelLayerClient;
import io.modelsplitter.registry.client.SplitRunnerClient;
import io.modelsplitter.registry.client.TaskClient;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;

/**
 * The contracts on two servers that share one PostgreSQL, as behind a load balancer: each call goes
 * to the other server than the call before.
 */
class ManyServersTest {
  private static final MemoryDeployer DEPLOYER = new MemoryDeployer();
  private static final List<EmbeddedRegistry> REGISTRIES = new ArrayList<>();
  private static final List<RegistryServer> SERVERS = new ArrayList<>();

  @BeforeAll
  static void start() {
    String database = RealPostgres.newDatabaseUrl();
    CredentialsKey key = CredentialsKey.random();
    for (int i = 0; i < 2; i++) {
      EmbeddedRegistry registry = EmbeddedRegistry.open(database, RealPostgres.USER, "");
      REGISTRIES.add(registry);
      SERVERS.add(
          RegistryServer.builder()
              .registries(registry)
              .splitRunners(new SplitRunners(registry.splitRunners(), DEPLOYER, key))
              .start());
    }
  }

  @AfterAll
  static void stop() {
    SERVERS.forEach(RegistryServer::close);
    REGISTRIES.forEach(EmbeddedRegistry::close);
  }

  /** A port whose calls go to the clients by turns. */
  private static <P> P byTurns(Class<P> port, Function<String, ? extends P> client) {
    List<P> clients = new ArrayList<>();
    SERVERS.forEach(server -> clients.add(client.apply(server.url().toString())));
    AtomicInteger calls = new AtomicInteger();
    return Forwarding.port(
        port, call -> call.on(clients.get(calls.getAndIncrement() % clients.size())));
  }

  @Nested
  class ModelLayers extends ModelLayerRegistryContract {
    private final ModelLayerRegistry registry =
        byTurns(ModelLayerRegistry.class, ModelLayerClient::at);

    @Override
    protected ModelLayerRegistry registry() {
      return registry;
    }
  }

  @Nested
  class Tasks extends TaskRegistryContract {
    private final TaskRegistry registry = byTurns(TaskRegistry.class, TaskClient::at);

    @Override
    protected TaskRegistry registry() {
      return registry;
    }
  }

  @Nested
  class BlockRecords extends BlockRegistryContract {
    private final BlockRegistry registry = byTurns(BlockRegistry.class, Blocks::at);

    @Override
    protected BlockRegistry registry() {
      return registry;
    }
  }

  @Nested
  class Runners extends SplitRunnerRegistryContract {
    private final SplitRunnerRegistry registry =
        byTurns(SplitRunnerRegistry.class, SplitRunnerClient::at);

    @Override
    protected SplitRunnerRegistry registry() {
      return registry;
    }

    @Override
    protected MemoryDeployer deployer() {
      return DEPLOYER;
    }
  }
}
