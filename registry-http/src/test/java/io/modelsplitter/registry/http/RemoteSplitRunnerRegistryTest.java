package io.modelsplitter.registry.http;

import io.modelsplitter.job.MemoryDeployer;
import io.modelsplitter.registry.SplitRunnerRegistry;
import io.modelsplitter.registry.SplitRunnerRegistryContract;
import io.modelsplitter.registry.client.SplitRunnerClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/** The contract through client and server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RemoteSplitRunnerRegistryTest extends SplitRunnerRegistryContract {
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
  protected SplitRunnerRegistry registry() {
    return SplitRunnerClient.at(remote.url());
  }

  @Override
  protected MemoryDeployer deployer() {
    return remote.deployer();
  }
}
