package io.modelsplitter.registry.embedded;

import io.modelsplitter.registry.TaskRegistry;
import io.modelsplitter.registry.TaskRegistryContract;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/** The contract on PostgreSQL. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PostgresTaskRegistryTest extends TaskRegistryContract {
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
  protected TaskRegistry registry() {
    return embedded.tasks();
  }
}
