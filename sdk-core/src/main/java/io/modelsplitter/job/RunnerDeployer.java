package io.modelsplitter.job;

import io.modelsplitter.registry.NewSplitRunner;
import java.time.Duration;
import java.util.Map;

/**
 * Puts split runners into clusters and takes them away again. A cluster's config comes from a
 * client and is hostile: nothing in it is run, no file of this machine is read because of it, and
 * no message and no log shows a secret of it. Thread-safe.
 */
public interface RunnerDeployer {

  /**
   * What a deployment gives.
   *
   * @param publicUrl where the split runner listens: {@code http://HOST:PORT}
   */
  record Deployment(String publicUrl) {}

  /**
   * Checks what can be checked without the cluster, as {@link #deploy} does first.
   *
   * @param runner what is to be deployed
   * @throws io.modelsplitter.error.BadInputException names every key of the config that is refused,
   *     and {@code server} where its address is
   */
  void check(NewSplitRunner runner);

  /**
   * Deploys a split runner under this id and waits until it runs. When it fails, nothing is left in
   * the cluster.
   *
   * @param runnerId the id of the split runner
   * @param runner says what and where; its config is the cluster's
   * @return where it runs
   * @throws io.modelsplitter.error.BadInputException as {@link #check}
   * @throws io.modelsplitter.error.UpstreamException when the cluster cannot be reached, or the
   *     split runner does not come up in time
   */
  Deployment deploy(String runnerId, NewSplitRunner runner);

  /**
   * Takes a split runner away, with all that belongs to it. One that is not there is fine.
   *
   * @param runnerId the id of the split runner
   * @param clusterK8sConfig the config that it was deployed with
   * @throws io.modelsplitter.error.UpstreamException when the cluster cannot be reached
   */
  void undeploy(String runnerId, Map<String, Object> clusterK8sConfig);

  /** {@return how long {@link #deploy} takes at most} */
  Duration longestDeployment();
}
