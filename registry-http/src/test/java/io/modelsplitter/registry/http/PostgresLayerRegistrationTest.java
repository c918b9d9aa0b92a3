package io.modelsplitter.registry.http;

import io.modelsplitter.registry.embedded.EmbeddedRegistry;

/** Layers through clients and server, on PostgreSQL. */
class PostgresLayerRegistrationTest extends LayerRegistrationContract {
  @Override
  protected EmbeddedRegistry registries() {
    return EmbeddedRegistry.open(RealPostgres.newDatabaseUrl(), RealPostgres.USER, "");
  }
}
