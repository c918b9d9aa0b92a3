package io.modelsplitter.registry.embedded;

import com.zaxxer.hikari.HikariDataSource;

/** The conformance cases on H2. */
class H2DocumentQueryTest extends DocumentQueryContract {
  @Override
  protected HikariDataSource pool() {
    return H2Memory.newPool();
  }
}
