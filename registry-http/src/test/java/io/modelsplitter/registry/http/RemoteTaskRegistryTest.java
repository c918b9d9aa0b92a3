package io.modelsplitter.registry.http;

import io.modelsplitter.registry.TaskRegistry;
import io.modelsplitter.registry.TaskRegistryContract;
import io.modelsplitter.registry.client.TaskClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/** The contract through client and server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RemoteTaskRegistryTest extends TaskRegistryContract {
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
  protected TaskRegistry registry() {
    return TaskClient.at(remote.url());
  }
}
