package io.modelsplitter.junit;

import io.modelsplitter.job.RunnerDeployer;
import io.modelsplitter.registry.NewSplitRunner;
import java.time.Duration;
import java.util.Map;

/** Takes any split runner, and deploys none. */
final class NoCluster implements RunnerDeployer {
  /** The first port that a cluster gives to services. */
  private static final int PORT = 30_000;

  @Override
  public void check(NewSplitRunner runner) {}

  @Override
  public Deployment deploy(String runnerId, NewSplitRunner runner) {
    return new Deployment("http://" + runner.splitRunnerPublicHost() + ":" + PORT);
  }

  @Override
  public void undeploy(String runnerId, Map<String, Object> clusterK8sConfig) {}

  @Override
  public Duration longestDeployment() {
    return Duration.ofMinutes(1);
  }
}
