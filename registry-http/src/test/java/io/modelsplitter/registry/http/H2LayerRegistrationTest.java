package io.modelsplitter.registry.http;

import io.modelsplitter.registry.embedded.EmbeddedRegistry;

/** Layers through clients and server, on H2. */
class H2LayerRegistrationTest extends LayerRegistrationContract {
  @Override
  protected EmbeddedRegistry registries() {
    return EmbeddedRegistry.inMemory();
  }
}
