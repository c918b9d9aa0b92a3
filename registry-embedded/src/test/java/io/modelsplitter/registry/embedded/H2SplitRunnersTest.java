package io.modelsplitter.registry.embedded;

import java.util.UUID;

/** Split runners on H2. */
class H2SplitRunnersTest extends SplitRunnersContract {
  @Override
  protected EmbeddedRegistry newRegistry() {
    return EmbeddedRegistry.open("jdbc:h2:mem:" + UUID.randomUUID(), "sa", "");
  }
}
