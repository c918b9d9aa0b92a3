package io.modelsplitter;

import io.modelsplitter.registry.Block;
import io.modelsplitter.registry.ModelLayer;
import java.util.List;

/**
 * A layer that is registered, and what runs it.
 *
 * @param layer the record as it stands; its rank and world size are those of the job that
 *     registered it first
 * @param reused whether the record was there before
 * @param blocks the blocks of the component that run the layer now
 */
public record RegisteredLayer(ModelLayer layer, boolean reused, List<Block> blocks) {

  /**
   * Copies the blocks.
   *
   * @param layer see {@link #layer}
   * @param reused see {@link #reused}
   * @param blocks see {@link #blocks}
   */
  public RegisteredLayer {
    blocks = List.copyOf(blocks);
  }
}
