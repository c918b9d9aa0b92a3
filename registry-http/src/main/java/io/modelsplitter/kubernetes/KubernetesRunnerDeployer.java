package io.modelsplitter.kubernetes;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.ConflictException;
import io.modelsplitter.error.ModelSplitterException;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.error.UpstreamException;
import io.modelsplitter.job.RunnerDeployer;
import io.modelsplitter.json.Json;
import io.modelsplitter.registry.NewSplitRunner;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deploys split runners to the clusters of clients: of each a Deployment and a NodePort Service,
 * named after its id, and once per cluster two namespaces and an account with a Role in that of the
 * jobs. What is deployed meets the restricted level of the Pod Security Standards.
 *
 * <p>A client's kubeconfig is hostile, and read by {@link KubernetesClient#fromKubeconfig}, one
 * client for each call. No message shows a credential, not even where the cluster repeats one.
 * Thread-safe.
 */
public final class KubernetesRunnerDeployer implements RunnerDeployer {
  private static final Logger LOG = LoggerFactory.getLogger(KubernetesRunnerDeployer.class);

  /** Where a client asks for a port of its choice. */
  private static final String NODE_PORT = "node_port";

  /** A dozen calls, and as many to take back what they made, each of at most a minute. */
  private static final Duration MOST_CALLS = Duration.ofMinutes(24);

  private final Supplier<RunnerSettings> settings;
  private final Backoff backoff;

  /**
   * Calls nothing yet.
   *
   * @param settings asked for with each call
   */
  public KubernetesRunnerDeployer(Supplier<RunnerSettings> settings) {
    this(settings, new Backoff(Duration.ofMillis(500), Duration.ofSeconds(5)));
  }

  KubernetesRunnerDeployer(Supplier<RunnerSettings> settings, Backoff backoff) {
    this.settings = settings;
    this.backoff = backoff;
  }

  private interface Work<T> {
    T with(RunnerObjects objects) throws ApiFailure;
  }

  @Override
  public void check(NewSplitRunner runner) {
    nodePort(runner);
    RunnerSettings current = settings.get();
    client(runner.clusterK8sConfig(), current).close();
    checkImage(current);
  }

  /** Those of an earlier time can be taken away all the same. */
  private static void checkImage(RunnerSettings settings) {
    if (settings.image() == null) {
      throw new UnavailableException(
          "no split runner can be deployed, since the server was not told their image; start it with"
              + " --runner-image",
          null);
    }
  }

  private static @Nullable Integer nodePort(NewSplitRunner runner) {
    Object port = runner.splitRunnerMetadata().get(NODE_PORT);
    if (port == null || (port instanceof Integer number && number >= 1 && number <= 65_535)) {
      return (Integer) port;
    }
    throw new BadInputException(
        "split_runner_metadata."
            + NODE_PORT
            + " must be a port from 1 to 65535, not "
            + Json.show(port));
  }

  private static KubernetesClient client(Map<String, Object> config, RunnerSettings settings) {
    try {
      return KubernetesClient.fromKubeconfig(config, settings.allowLocalAddresses());
    } catch (UnavailableException e) {
      throw new UpstreamException(String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public Deployment deploy(String runnerId, NewSplitRunner runner) {
    Integer asked = nodePort(runner);
    RunnerSettings current = settings.get();
    checkImage(current);
    return in(
        "deploy the split runner",
        runner.clusterK8sConfig(),
        current,
        objects -> {
          try {
            objects.share();
            int port = objects.makeService(runnerId, asked);
            objects.makeDeployment(runnerId);
            new Rollout(objects, runnerId, current.rollout(), backoff).await();
            return new Deployment("http://" + runner.splitRunnerPublicHost() + ":" + port);
          } catch (ApiFailure | RuntimeException e) {
            rollBack(objects, runnerId, e);
            throw e;
          }
        });
  }

  private static void rollBack(RunnerObjects objects, String runnerId, Exception failure) {
    boolean interrupted = Thread.interrupted(); // no call is made by a thread that is
    try {
      objects.remove(runnerId);
    } catch (ApiFailure | RuntimeException e) { // why it was not deployed says more
      failure.addSuppressed(e);
      LOG.warn("what may be deployed of split runner {} cannot be removed", runnerId);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void undeploy(String runnerId, Map<String, Object> clusterK8sConfig) {
    boolean unused =
        in(
            "remove the split runner",
            clusterK8sConfig,
            settings.get(),
            objects -> {
              objects.checkJobs(runnerId);
              objects.remove(runnerId);
              return true;
            });
  }

  /** The rollout, and no call before and after it takes long. */
  @Override
  public Duration longestDeployment() {
    return settings.get().rollout().plus(MOST_CALLS);
  }

  private static <T> T in(
      String what, Map<String, Object> config, RunnerSettings settings, Work<T> work) {
    try (KubernetesClient client = client(config, settings)) {
      return work.with(new RunnerObjects(client, settings));
    } catch (ApiFailure e) {
      // Without its cause, whose messages nobody has looked through.
      throw failure(e, Secrets.of(config).hide("cannot " + what + ": " + e.getMessage()));
    } catch (ModelSplitterException e) {
      throw hidden(e, Secrets.of(config).hide(String.valueOf(e.getMessage())));
    }
  }

  /** The same without its cause, too. */
  private static ModelSplitterException hidden(ModelSplitterException e, String message) {
    if (e instanceof ConflictException conflict) {
      return new ConflictException(message, conflict.id(), Map.of());
    }
    if (e instanceof BadInputException) {
      return new BadInputException(message);
    }
    boolean isOurs = e instanceof UnavailableException && !(e instanceof UpstreamException);
    return isOurs ? new UnavailableException(message, null) : new UpstreamException(message, null);
  }

  private static ModelSplitterException failure(ApiFailure e, String message) {
    if (e.isPassing()) {
      return new UpstreamException(message + "; try again", null);
    }
    if (e.status() == 401 || e.status() == 403) {
      return new BadInputException(
          message + "; cluster_k8s_config must let in an account that may do this");
    }
    return e.isBadInput() ? new BadInputException(message) : new UpstreamException(message, null);
  }
}
