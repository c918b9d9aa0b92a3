package io.modelsplitter.registry.embedded;

import javax.sql.DataSource;

/** The conformance cases on PostgreSQL. */
class PostgresDocumentQueryTest extends DocumentQueryContract {
  @Override
  protected DataSource dataSource() {
    return RealPostgres.newPool();
  }
}
