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
   * @param block the block, with its id
   * @return the block as it is stored
   * @throws io.modelsplitter.error.ConflictException when there is one with its id, be it the same;
   *     it carries that block
   * @throws io.modelsplitter.error.BadInputException when it is too large for this registry
   */
  Stored<Block> create(Block block);

  /**
   * {@return the blocks of a component that run a layer: those whose {@code componentUri} and
   * {@code blockInitData.layerHash} are these}
   *
   * @param componentUri the component that runs the layer
   * @param layerHash the MD5 of the layer's file in lower-case hex
   */
  default List<Block> query(String componentUri, String layerHash) {
    return query(
        Filter.eq("componentUri", componentUri)
            .and(Filter.eq("blockInitData.layerHash", layerHash)));
  }
}
