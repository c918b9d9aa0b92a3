package io.modelsplitter.registry.embedded;

/** Split runners on PostgreSQL. */
class PostgresSplitRunnersTest extends SplitRunnersContract {
  @Override
  protected EmbeddedRegistry newRegistry() {
    return EmbeddedRegistry.open(RealPostgres.newDatabaseUrl(), "postgres", "");
  }
}
