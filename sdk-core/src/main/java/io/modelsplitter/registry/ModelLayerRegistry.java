package io.modelsplitter.registry;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.ConflictException;
import io.modelsplitter.error.ModelSplitterException;
import io.modelsplitter.query.Filter;
import io.modelsplitter.query.Update;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The model layers registry: what was split before, by hash.
 *
 * <p>Every method may throw {@link io.modelsplitter.error.UnavailableException} when the registry
 * cannot be reached. Implementations are thread-safe.
 */
public interface ModelLayerRegistry {

  /**
   * Registers a layer. The same layer again changes nothing.
   *
   * @return the layer as stored, and whether this call registered it
   * @throws io.modelsplitter.error.ConflictException when another layer has the hash; it carries
   *     that layer
   */
  Registration<ModelLayer> create(ModelLayer layer);

  /**
   * Registers many layers, as {@link #create} does with each in their order, in less time. A layer
   * that cannot be registered does not keep the others from it.
   *
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

  /**
   * The layer with this hash.
   *
   * @throws io.modelsplitter.error.NotFoundException when there is none
   */
  Stored<ModelLayer> get(String modelLayerHash);

  /**
   * Changes the layer with this hash in one step, whoever else changes it.
   *
   * @return the layer as it is now, also when nothing changed
   * @throws io.modelsplitter.error.NotFoundException when there is none
   * @throws io.modelsplitter.error.BadInputException when the result would not be a valid layer
   */
  Stored<ModelLayer> update(String modelLayerHash, Update update);

  /**
   * As {@link #update(String, Update)}, if the layer has this version; so nobody else's change is
   * overwritten that was made since it was read.
   *
   * @throws io.modelsplitter.error.VersionConflictException when it has another version; it carries
   *     the layer as it is
   */
  Stored<ModelLayer> update(String modelLayerHash, Update update, long version);

  /**
   * Forgets the layer with this hash; its file stays where it is.
   *
   * @throws io.modelsplitter.error.NotFoundException when there is none
   */
  void delete(String modelLayerHash);

  /**
   * Hands over the layers that match, one by one and in the order of the query, without holding
   * them all.
   *
   * @return where to go on, when the query's limit cut the answer short
   */
  Optional<String> query(Query query, Consumer<? super ModelLayer> action);

  /** How the registry would answer the query: from an index, by matching records, by a scan. */
  Explanation explain(Query query);

  /** All layers that match, in the order in which they were registered. */
  default List<ModelLayer> query(Filter filter) {
    List<ModelLayer> layers = new ArrayList<>();
    query(Query.of(filter), layers::add);
    return layers;
  }
}
