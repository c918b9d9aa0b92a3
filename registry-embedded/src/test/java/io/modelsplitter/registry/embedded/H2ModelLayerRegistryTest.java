package io.modelsplitter.registry.embedded;

import io.modelsplitter.registry.ModelLayerRegistry;
import io.modelsplitter.registry.ModelLayerRegistryContract;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/** The contract on H2. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class H2ModelLayerRegistryTest extends ModelLayerRegistryContract {
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
  protected ModelLayerRegistry registry() {
    return embedded.modelLayers();
  }
}
