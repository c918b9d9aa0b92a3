package io.modelsplitter.examples;

import io.modelsplitter.error.ModelSplitterException;
import io.modelsplitter.error.Problems;
import io.modelsplitter.registry.Block;
import io.modelsplitter.registry.BlockRegistry;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which block runs a layer, by the layer's hash. A split is as good without an answer, so a
 * registry of blocks that gives none is asked no more.
 */
final class RunningBlocks implements Function<String, Optional<String>> {
  private static final Logger log = LoggerFactory.getLogger(RunningBlocks.class);

  private final BlockRegistry blocks;
  private final String component;
  private boolean silent;

  RunningBlocks(BlockRegistry blocks, String component) {
    this.blocks = blocks;
    this.component = component;
  }

  @Override
  public Optional<String> apply(String layerHash) {
    if (silent) {
      return Optional.empty();
    }
    try {
      return blocks.query(component, layerHash).stream().map(Block::id).findFirst();
    } catch (ModelSplitterException e) {
      silent = true;
      log.warn(
          "blocks that run already are not in the vDAG, since nobody says which do: {}",
          Problems.describe(e));
      return Optional.empty();
    }
  }
}
