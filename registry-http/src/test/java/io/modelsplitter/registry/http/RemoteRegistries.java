package io.modelsplitter.registry.http;

import io.modelsplitter.registry.embedded.EmbeddedRegistry;

/** A server on registries in memory. */
final class RemoteRegistries implements AutoCloseable {
  private final EmbeddedRegistry embedded = EmbeddedRegistry.inMemory();
  private final RegistryServer server =
      RegistryServer.builder().modelLayers(embedded.modelLayers()).tasks(embedded.tasks()).start();

  String url() {
    return server.url().toString();
  }

  @Override
  public void close() {
    server.close();
    embedded.close();
  }
}
