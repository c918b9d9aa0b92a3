/** Copied to the sources for the second time that the project is built: as a module. */
module consumer {
  requires io.modelsplitter.sdk.core;
  requires io.modelsplitter.sdk.storage;

  exports consumer;
}
