package io.modelsplitter.job;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.UpstreamException;
import io.modelsplitter.registry.NewSplitRunner;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Clusters in memory. A config is {@code {"server": "https://…", "token": "…"}}; a server whose
 * name ends in {@code .invalid} cannot be reached. Who takes a runner away must have the config
 * that it was deployed with.
 */
public final class MemoryDeployer implements RunnerDeployer {
  private final Map<String, Map<String, Object>> running = new ConcurrentHashMap<>();
  private final Set<String> cutOff = ConcurrentHashMap.newKeySet();
  private final AtomicInteger lastPort = new AtomicInteger(30_000);

  @Override
  public void check(NewSplitRunner runner) {
    Set<String> refused = new TreeSet<>(runner.clusterK8sConfig().keySet());
    refused.removeAll(Set.of("server", "token"));
    if (!refused.isEmpty()) {
      throw new BadInputException("cluster_k8s_config may not have " + String.join(", ", refused));
    }
    if (!server(runner.clusterK8sConfig()).startsWith("https://")) {
      throw new BadInputException("server must be an https URL");
    }
  }

  @Override
  public Deployment deploy(String runnerId, NewSplitRunner runner) {
    check(runner);
    reach(runner.clusterK8sConfig());
    if (running.putIfAbsent(runnerId, runner.clusterK8sConfig()) != null) {
      throw new IllegalStateException(runnerId + " runs already");
    }
    return new Deployment(
        "http://" + runner.splitRunnerPublicHost() + ":" + lastPort.incrementAndGet());
  }

  @Override
  public void undeploy(String runnerId, Map<String, Object> clusterK8sConfig) {
    reach(clusterK8sConfig);
    Map<String, Object> config = running.get(runnerId);
    if (config != null && !config.equals(clusterK8sConfig)) {
      throw new IllegalStateException("the cluster does not know these credentials");
    }
    running.remove(runnerId);
  }

  @Override
  public Duration longestDeployment() {
    return Duration.ofMinutes(1);
  }

  private void reach(Map<String, Object> config) {
    String server = server(config);
    if (server.endsWith(".invalid") || cutOff.contains(server)) {
      throw new UpstreamException("the cluster at " + server + " cannot be reached", null);
    }
  }

  private static String server(Map<String, Object> config) {
    return Objects.toString(config.get("server"));
  }

  /** The ids of the runners that run in any cluster. */
  public Set<String> running() {
    return Set.copyOf(running.keySet());
  }

  /** Nothing reaches the cluster of this server any more. */
  public void cutOff(String server) {
    cutOff.add(server);
  }

  /** The cluster of this server is reached again. */
  public void connect(String server) {
    cutOff.remove(server);
  }
}
