package io.modelsplitter.registry.http;

import java.util.List;

/** What a server serves. */
enum ServerRole {
  /** The registries and the split jobs. */
  ALL,
  /** Tasks, layers, split runners and blocks. */
  REGISTRY,
  /** Split jobs. */
  RUNNER;

  boolean hasRegistries() {
    return this != RUNNER;
  }

  boolean hasSplitJobs() {
    return this != REGISTRY;
  }

  /** The specification's own ports for what is served. */
  List<Integer> specPorts() {
    return switch (this) {
      case ALL -> List.of(8000, 8001, 8002, 3001, 5000);
      case REGISTRY -> List.of(8000, 8001, 8002, 3001);
      case RUNNER -> List.of(5000);
    };
  }
}
