package io.modelsplitter.registry;

/**
 * The registries of one installation: what a split reads and writes. {@code EmbeddedRegistry} has
 * them in this process, and {@code RegistryServer.start} serves them.
 *
 * <p>Split runners are not among them: a {@link SplitRunnerRegistry} needs a cluster to deploy to.
 */
public interface Registries {

  /** {@return the model layers registry} */
  ModelLayerRegistry modelLayers();

  /** {@return the task registry} */
  TaskRegistry tasks();

  /** {@return the block metadata registry} */
  BlockRegistry blocks();
}
