package io.modelsplitter.registry;

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

  /** All layers that match, in the order of their hashes. */
  default List<ModelLayer> query(Filter filter) {
    List<ModelLayer> layers = new ArrayList<>();
    query(Query.of(filter), layers::add);
    return layers;
  }
}
