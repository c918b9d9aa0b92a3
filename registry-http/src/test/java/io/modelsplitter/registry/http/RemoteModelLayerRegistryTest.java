package io.modelsplitter.registry.http;

import io.modelsplitter.registry.ModelLayerRegistry;
import io.modelsplitter.registry.ModelLayerRegistryContract;
import io.modelsplitter.registry.client.ModelLayerClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/** The contract through client and server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RemoteModelLayerRegistryTest extends ModelLayerRegistryContract {
  private RemoteRegistries remote;

  @BeforeAll
  void start() {
    remote = new RemoteRegistries();
  }

  @AfterAll
  void stop() {
    remote.close();
  }

  @Override
  protected ModelLayerRegistry registry() {
    return ModelLayerClient.at(remote.url());
  }
}
