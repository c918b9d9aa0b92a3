package io.modelsplitter.registry;

import java.time.Instant;
import java.util.Map;

/**
 * What a {@link SplitRunnerRegistry} keeps: the split runners, and beside each of them, where no
 * query sees it, its cluster's config in sealed form. Both come and go in one step. It neither
 * deploys nor opens anything.
 */
public interface SplitRunnerRecords extends RecordRegistry<SplitRunner> {

  /**
   * Checks whether a split runner can be kept, since to find out later costs a deployment.
   *
   * @param runner the split runner
   * @throws io.modelsplitter.error.BadInputException when it is too large
   */
  void check(SplitRunner runner);

  /**
   * Notes that a split runner is about to be deployed, before anything of it is.
   *
   * @param splitRunnerId the id of the split runner
   * @param credentials the sealed config of the runner's cluster
   * @throws io.modelsplitter.error.ConflictException when that is noted already
   */
  void beginDeployment(String splitRunnerId, SealedCredentials credentials);

  /**
   * Takes the note back, since nothing of the split runner is left. One that is gone is fine.
   *
   * @param splitRunnerId the id of the split runner
   */
  void endDeployment(String splitRunnerId);

  /**
   * {@return the deployments that began before this moment and have not ended, by their runners'
   * ids}
   *
   * @param moment the latest beginning is before it
   */
  Map<String, Deployment> deploymentsBefore(Instant moment);

  /**
   * A deployment that has not ended.
   *
   * @param credentials with what its cluster is reached
   * @param since when it began
   */
  record Deployment(SealedCredentials credentials, Instant since) {}

  /**
   * Keeps a split runner that was deployed, which ends its deployment.
   *
   * @param runner the split runner
   * @param credentials the sealed config of the runner's cluster
   * @return the split runner as it is stored
   * @throws io.modelsplitter.error.ConflictException when there is one with its id, or its
   *     deployment was not begun or was ended meanwhile
   * @throws io.modelsplitter.error.BadInputException as {@link #check}
   */
  Stored<SplitRunner> add(SplitRunner runner, SealedCredentials credentials);

  /**
   * {@return what was kept with a split runner}
   *
   * @param splitRunnerId the id of the split runner
   * @throws io.modelsplitter.error.NotFoundException when there is none with this id
   */
  SealedCredentials credentials(String splitRunnerId);
}
