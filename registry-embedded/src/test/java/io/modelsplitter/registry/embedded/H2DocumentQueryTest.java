package io.modelsplitter.registry.embedded;

import javax.sql.DataSource;

/** The conformance cases on H2. */
class H2DocumentQueryTest extends DocumentQueryContract {
  @Override
  protected DataSource dataSource() {
    return H2Memory.newDatabase();
  }
}
