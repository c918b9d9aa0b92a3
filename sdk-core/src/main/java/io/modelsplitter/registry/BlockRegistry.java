package io.modelsplitter.registry;

import io.modelsplitter.query.Filter;
import java.util.List;

/**
 * The block metadata registry: which pieces of models are running. Creating a block here starts
 * nothing; whoever runs blocks tells of them.
 */
public interface BlockRegistry extends RecordRegistry<Block> {

  /**
   * Registers a block.
   *
   * @throws io.modelsplitter.error.ConflictException when there is one with its id, be it the same;
   *     it carries that block
   * @throws io.modelsplitter.error.BadInputException when it is too large for this registry
   */
  Stored<Block> create(Block block);

  /**
   * The blocks of a component that run a layer: those whose {@code componentUri} and {@code
   * blockInitData.layerHash} are these.
   */
  default List<Block> query(String componentUri, String layerHash) {
    return query(
        Filter.eq("componentUri", componentUri)
            .and(Filter.eq("blockInitData.layerHash", layerHash)));
  }
}
