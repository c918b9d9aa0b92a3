package io.modelsplitter.registry.http;

import io.modelsplitter.job.CredentialsKey;
import io.modelsplitter.job.MemoryDeployer;
import io.modelsplitter.job.SplitRunners;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;

/** A server on registries of its own. */
final class RemoteRegistries implements AutoCloseable {
  private final EmbeddedRegistry embedded;
  private final MemoryDeployer deployer = new MemoryDeployer();
  private final RegistryServer server;

  /** In memory. */
  RemoteRegistries() {
    this(EmbeddedRegistry.inMemory());
  }

  /** These, which are closed with it. */
  RemoteRegistries(EmbeddedRegistry embedded) {
    this.embedded = embedded;
    this.server =
        RegistryServer.builder()
            .registries(embedded)
            .splitRunners(
                new SplitRunners(embedded.splitRunners(), deployer, CredentialsKey.random()))
            .start();
  }

  /** What split runners are deployed with. */
  MemoryDeployer deployer() {
    return deployer;
  }

  String url() {
    return server.url().toString();
  }

  @Override
  public void close() {
    server.close();
    embedded.close();
  }
}
