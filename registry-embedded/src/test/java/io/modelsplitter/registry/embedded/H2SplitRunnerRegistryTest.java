package io.modelsplitter.registry.embedded;

import io.modelsplitter.job.CredentialsKey;
import io.modelsplitter.job.MemoryDeployer;
import io.modelsplitter.job.SplitRunners;
import io.modelsplitter.registry.SplitRunnerRegistry;
import io.modelsplitter.registry.SplitRunnerRegistryContract;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/** The contract on H2. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class H2SplitRunnerRegistryTest extends SplitRunnerRegistryContract {
  private final MemoryDeployer deployer = new MemoryDeployer();
  private final CredentialsKey key = CredentialsKey.random();
  private EmbeddedRegistry embedded;

  @BeforeAll
  void open() {
    embedded = EmbeddedRegistry.inMemory();
  }

  @AfterAll
  void close() {
    embedded.close();
  }

  @Override
  protected SplitRunnerRegistry registry() {
    return new SplitRunners(embedded.splitRunners(), deployer, key);
  }

  @Override
  protected MemoryDeployer deployer() {
    return deployer;
  }
}
