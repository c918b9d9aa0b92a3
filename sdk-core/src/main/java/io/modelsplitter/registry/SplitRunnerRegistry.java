package io.modelsplitter.registry;

/**
 * The split runners registry: creating a split runner deploys it to a cluster, deleting it takes it
 * away from there. An update changes the record; what runs in the cluster stays as it is.
 */
public interface SplitRunnerRegistry extends RecordRegistry<SplitRunner> {

  /**
   * Deploys a split runner and registers it; answers when it runs, which may take minutes. One that
   * cannot be deployed or registered leaves nothing behind.
   *
   * @param runner what to deploy, and the config of its cluster
   * @return the split runner as it is stored
   * @throws io.modelsplitter.error.BadInputException when the cluster's config is not one that is
   *     allowed, naming every field concerned, or the split runner is too large for this registry
   * @throws io.modelsplitter.error.UpstreamException when the cluster cannot be reached
   */
  Stored<SplitRunner> create(NewSplitRunner runner);

  /**
   * Takes the split runner away from its cluster, then forgets it.
   *
   * @throws io.modelsplitter.error.NotFoundException when there is none
   * @throws io.modelsplitter.error.UpstreamException when its cluster cannot be reached; it stays
   *     registered, so that it can be deleted later
   */
  @Override
  void delete(String id);

  /**
   * As {@link #delete}, and forgets the split runner also when its cluster is gone for good or its
   * credentials cannot be read any more: what is left of it in the cluster is left there.
   *
   * @param id the key of the record
   * @throws io.modelsplitter.error.NotFoundException when there is none
   * @throws io.modelsplitter.error.ConflictException when its cluster is there and still needs it
   */
  void forget(String id);
}
