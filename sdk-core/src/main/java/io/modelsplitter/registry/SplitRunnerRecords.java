package io.modelsplitter.registry;

import io.modelsplitter.query.Update;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a {@link SplitRunnerRegistry} keeps: the split runners, and beside each of them, where no
 * query sees it, its cluster's config in sealed form. Both come and go in one step. It neither
 * deploys nor opens anything.
 *
 * <p>Every method may throw {@link io.modelsplitter.error.UnavailableException}. Implementations
 * are thread-safe.
 */
public interface SplitRunnerRecords {

  /**
   * Checks whether a split runner can be kept, since to find out later costs a deployment.
   *
   * @throws io.modelsplitter.error.BadInputException when it is too large
   */
  void check(SplitRunner runner);

  /**
   * Keeps a split runner.
   *
   * @throws io.modelsplitter.error.ConflictException when there is one with its id
   * @throws io.modelsplitter.error.BadInputException as {@link #check}
   */
  Stored<SplitRunner> add(SplitRunner runner, SealedCredentials credentials);

  /** As {@link SplitRunnerRegistry#get}. */
  Stored<SplitRunner> get(String splitRunnerId);

  /**
   * What was kept with a split runner.
   *
   * @throws io.modelsplitter.error.NotFoundException when there is none with this id
   */
  SealedCredentials credentials(String splitRunnerId);

  /** As {@link SplitRunnerRegistry#update(String, Update)}. */
  Stored<SplitRunner> update(String splitRunnerId, Update update);

  /** As {@link SplitRunnerRegistry#update(String, Update, long)}. */
  Stored<SplitRunner> update(String splitRunnerId, Update update, long version);

  /**
   * Forgets a split runner and its credentials.
   *
   * @throws io.modelsplitter.error.NotFoundException when there is none with this id
   */
  void remove(String splitRunnerId);

  /** As {@link SplitRunnerRegistry#query(Query, Consumer)}. */
  Optional<String> query(Query query, Consumer<? super SplitRunner> action);

  /** As {@link SplitRunnerRegistry#explain}. */
  Explanation explain(Query query);
}
