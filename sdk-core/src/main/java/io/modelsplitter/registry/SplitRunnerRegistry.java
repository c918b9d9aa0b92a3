package io.modelsplitter.registry;

import io.modelsplitter.query.Filter;
import io.modelsplitter.query.Update;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The split runners registry: creating a split runner deploys it to a cluster, deleting it takes it
 * away from there.
 *
 * <p>Every method may throw {@link io.modelsplitter.error.UnavailableException} when the registry
 * cannot be reached. Implementations are thread-safe.
 */
public interface SplitRunnerRegistry {

  /**
   * Deploys a split runner and registers it; answers when it runs, which may take minutes. One that
   * cannot be deployed or registered leaves nothing behind.
   *
   * @throws io.modelsplitter.error.BadInputException when the cluster's config is not one that is
   *     allowed, naming every field concerned, or the split runner is too large for this registry
   * @throws io.modelsplitter.error.UpstreamException when the cluster cannot be reached
   */
  Stored<SplitRunner> create(NewSplitRunner runner);

  /**
   * The split runner with this id.
   *
   * @throws io.modelsplitter.error.NotFoundException when there is none
   */
  Stored<SplitRunner> get(String splitRunnerId);

  /**
   * Changes what is registered of a split runner in one step, whoever else changes it; what runs in
   * the cluster stays as it is.
   *
   * @return the split runner as it is now, also when nothing changed
   * @throws io.modelsplitter.error.NotFoundException when there is none
   * @throws io.modelsplitter.error.BadInputException when the result would not be a valid one
   */
  Stored<SplitRunner> update(String splitRunnerId, Update update);

  /**
   * As {@link #update(String, Update)}, if the split runner has this version; so nobody else's
   * change is overwritten that was made since it was read.
   *
   * @throws io.modelsplitter.error.VersionConflictException when it has another version; it carries
   *     the split runner as it is
   */
  Stored<SplitRunner> update(String splitRunnerId, Update update, long version);

  /**
   * Takes the split runner away from its cluster, then forgets it.
   *
   * @throws io.modelsplitter.error.NotFoundException when there is none
   * @throws io.modelsplitter.error.UpstreamException when its cluster cannot be reached; it stays
   *     registered, so that it can be deleted later
   */
  void delete(String splitRunnerId);

  /**
   * Hands over the split runners that match, one by one and in the order of the query, without
   * holding them all.
   *
   * @return where to go on, when the query's limit cut the answer short
   */
  Optional<String> query(Query query, Consumer<? super SplitRunner> action);

  /** How the registry would answer the query: from an index, by matching records, by a scan. */
  Explanation explain(Query query);

  /** All split runners that match, in the order in which they were registered. */
  default List<SplitRunner> query(Filter filter) {
    List<SplitRunner> runners = new ArrayList<>();
    query(Query.of(filter), runners::add);
    return runners;
  }
}
