package io.modelsplitter.registry.http;

import io.modelsplitter.registry.BlockRegistry;
import io.modelsplitter.registry.BlockRegistryContract;
import io.modelsplitter.registry.client.Blocks;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/** The contract through client and server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RemoteBlockRegistryTest extends BlockRegistryContract {
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
  protected BlockRegistry registry() {
    return Blocks.at(remote.url());
  }
}
