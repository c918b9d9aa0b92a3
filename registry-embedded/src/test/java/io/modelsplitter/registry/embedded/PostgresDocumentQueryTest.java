package io.modelsplitter.registry.embedded;

import com.zaxxer.hikari.HikariDataSource;

/** The conformance cases on PostgreSQL. */
class PostgresDocumentQueryTest extends DocumentQueryContract {
  @Override
  protected HikariDataSource pool() {
    return RealPostgres.newPool();
  }
}
