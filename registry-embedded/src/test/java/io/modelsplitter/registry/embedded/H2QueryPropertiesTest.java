package io.modelsplitter.registry.embedded;

/** The properties on H2. */
class H2QueryPropertiesTest extends QueryProperties {
  private static final Documents DOCUMENTS = new Documents(H2Memory.newDatabase());

  @Override
  protected Documents documents() {
    return DOCUMENTS;
  }
}
