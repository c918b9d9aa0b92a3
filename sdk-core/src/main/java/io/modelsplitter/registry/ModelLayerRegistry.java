package io.modelsplitter.registry;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.ConflictException;
import io.modelsplitter.error.ModelSplitterException;
import java.util.ArrayList;
import java.util.List;

/**
 * The model layers registry: what was split before, by hash. A layer's file stays where it is when
 * the layer is forgotten.
 */
public interface ModelLayerRegistry extends RecordRegistry<ModelLayer> {

  /**
   * Registers a layer. The same layer again changes nothing.
   *
   * @param layer the layer to register
   * @return the layer as stored, and whether this call registered it
   * @throws io.modelsplitter.error.ConflictException when another layer has the hash; it carries
   *     that layer
   */
  Registration<ModelLayer> create(ModelLayer layer);

  /**
   * Registers many layers, as {@link #create} does with each in their order, in less time. A layer
   * that cannot be registered does not keep the others from it.
   *
   * @param layers any number, also none
   * @return the answer for each of the layers
   * @throws ConflictException when another layer has the hash of one; it carries the first of
   *     these, and the other layers are registered
   * @throws BadInputException when one is too large for this registry; the others are registered
   */
  default List<Registration<ModelLayer>> createAll(List<ModelLayer> layers) {
    List<Registration<ModelLayer>> done = new ArrayList<>();
    ModelSplitterException refused = null;
    for (ModelLayer layer : layers) {
      try {
        done.add(create(layer));
      } catch (ConflictException | BadInputException e) {
        refused = refused == null ? e : refused;
      }
    }
    if (refused != null) {
      throw refused;
    }
    return done;
  }
}
