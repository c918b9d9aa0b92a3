package io.modelsplitter.registry;

/**
 * What a {@link SplitRunnerRegistry} keeps: the split runners, and beside each of them, where no
 * query sees it, its cluster's config in sealed form. Both come and go in one step. It neither
 * deploys nor opens anything.
 */
public interface SplitRunnerRecords extends RecordRegistry<SplitRunner> {

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

  /**
   * What was kept with a split runner.
   *
   * @throws io.modelsplitter.error.NotFoundException when there is none with this id
   */
  SealedCredentials credentials(String splitRunnerId);
}
