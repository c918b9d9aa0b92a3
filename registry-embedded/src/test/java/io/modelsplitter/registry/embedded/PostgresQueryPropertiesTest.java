package io.modelsplitter.registry.embedded;

/** The properties on PostgreSQL. */
class PostgresQueryPropertiesTest extends QueryProperties {
  private static final Documents DOCUMENTS = new Documents(RealPostgres.newPool());

  @Override
  protected Documents documents() {
    return DOCUMENTS;
  }
}
