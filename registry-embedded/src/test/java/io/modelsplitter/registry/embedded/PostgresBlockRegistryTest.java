package io.modelsplitter.registry.embedded;

import io.modelsplitter.registry.BlockRegistry;
import io.modelsplitter.registry.BlockRegistryContract;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/** The contract on PostgreSQL. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PostgresBlockRegistryTest extends BlockRegistryContract {
  private EmbeddedRegistry embedded;

  @BeforeAll
  void open() {
    embedded = EmbeddedRegistry.open(RealPostgres.newDatabaseUrl(), "postgres", "");
  }

  @AfterAll
  void close() {
    embedded.close();
  }

  @Override
  protected BlockRegistry registry() {
    return embedded.blocks();
  }
}
