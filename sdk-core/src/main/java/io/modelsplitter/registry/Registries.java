package io.modelsplitter.registry;

/**
 * The registries of one installation: what a split reads and writes. {@code EmbeddedRegistry} has
 * them in this process, and {@code RegistryServer.start} serves them.
 *
 * <p>Split runners are not among them: a {@link SplitRunnerRegistry} needs a cluster to deploy to.
 */
public interface Registries {

  /** The model layers registry. */
  ModelLayerRegistry modelLayers();

  /** The task registry. */
  TaskRegistry tasks();

  /** The block metadata registry. */
  BlockRegistry blocks();
}
