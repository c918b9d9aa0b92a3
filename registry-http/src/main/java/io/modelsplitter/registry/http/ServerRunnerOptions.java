package io.modelsplitter.registry.http;

import io.modelsplitter.job.RunnerDeployer;
import io.modelsplitter.kubernetes.KubernetesRunnerDeployer;
import io.modelsplitter.kubernetes.RunnerSettings;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@link ServerMain} that are about deploying split runners. */
final class ServerRunnerOptions {
  @Option(
      names = "--runner-image",
      paramLabel = "IMAGE",
      description =
          "The image of split runners, which holds this server, as you built and pushed it. Without"
              + " it none can be deployed.")
  @Nullable String image;

  @Option(
      names = "--runner-namespace",
      paramLabel = "NAME",
      defaultValue = "split-executor",
      description = "The namespace of split runners in their clusters. Default: split-executor.")
  String namespace = "";

  @Option(
      names = "--runner-secret",
      paramLabel = "NAME",
      description =
          "The Secret in that namespace whose entries become variables of split runners, such as"
              + " MODEL_SPLITTER_TOKEN.")
  @Nullable String secret;

  @Option(
      names = "--runner-token-secret",
      paramLabel = "NAME",
      description =
          "The Secret in that namespace whose entry tokens is the token file of split runners."
              + " Without it whoever reaches one may start jobs.")
  @Nullable String tokenSecret;

  @Option(
      names = "--runner-rollout-seconds",
      paramLabel = "N",
      defaultValue = "300",
      description = "How long a split runner may take to be ready. Default: 300.")
  int rolloutSeconds;

  @Option(
      names = "--allow-local-clusters",
      defaultValue = "false",
      description = "Deploy also to clusters at loopback, link-local and the like, for tests.")
  boolean allowLocalClusters;

  /**
   * What deploys split runners.
   *
   * @param publicUrl where they reach this server, as soon as it listens
   */
  RunnerDeployer deployer(Supplier<String> publicUrl, ServerJobOptions jobs) {
    RunnerSettings unused = settings("http://something.invalid", jobs); // so that it is checked now
    return new KubernetesRunnerDeployer(() -> settings(publicUrl.get(), jobs));
  }

  private RunnerSettings settings(String publicUrl, ServerJobOptions jobs) {
    RunnerSettings.Builder builder =
        RunnerSettings.builder(publicUrl)
            .image(image)
            .namespace(namespace)
            .jobNamespace(jobs.jobNamespace)
            .secret(secret)
            .tokenSecret(tokenSecret)
            .rollout(Duration.ofSeconds(Math.max(1, rolloutSeconds)))
            .allowLocalAddresses(allowLocalClusters);
    jobs.forRunners().forEach(builder::variable);
    return builder.build();
  }
}
