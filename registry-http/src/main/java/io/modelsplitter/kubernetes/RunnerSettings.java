package io.modelsplitter.kubernetes;

import io.modelsplitter.error.BadInputException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How split runners are deployed: what the operator of the registry decides. Made by {@link
 * #builder}.
 *
 * @param image the image that holds the server, which is run with arguments only; with null no
 *     runner can be deployed
 * @param namespace where runners are; made where it is missing
 * @param jobNamespace where their jobs are; made where it is missing
 * @param environment variables of every runner: what it and its jobs are told to call, and options
 *     of the server as {@code MODEL_SPLITTER_…}
 * @param secret the Secret in the runners' namespace whose entries become variables of every
 *     runner, such as {@code MODEL_SPLITTER_TOKEN}; or null
 * @param tokenSecret the Secret in the runners' namespace whose entry {@code tokens} is the token
 *     file of every runner; with null, whoever reaches a runner may start jobs
 * @param rollout how long a runner may take to be ready
 * @param allowLocalAddresses whether a cluster may be this machine or of its private network
 */
public record RunnerSettings(
    @Nullable String image,
    String namespace,
    String jobNamespace,
    Map<String, String> environment,
    @Nullable String secret,
    @Nullable String tokenSecret,
    Duration rollout,
    boolean allowLocalAddresses) {

  /**
   * Checks what an API server would refuse with each runner.
   *
   * @param image see {@link #image}
   * @param namespace see {@link #namespace}
   * @param jobNamespace see {@link #jobNamespace}
   * @param environment see {@link #environment}
   * @param secret see {@link #secret}
   * @param tokenSecret see {@link #tokenSecret}
   * @param rollout see {@link #rollout}
   * @param allowLocalAddresses see {@link #allowLocalAddresses}
   */
  public RunnerSettings {
    Names.label("the namespace of runners", namespace);
    Names.label("the namespace of jobs", jobNamespace);
    Names.subdomain("the Secret of runners", secret);
    Names.subdomain("the Secret with the tokens of runners", tokenSecret);
    environment.keySet().forEach(Names::variable);
    if (namespace.equals(jobNamespace)) {
      throw new BadInputException("runners and jobs cannot share the namespace " + namespace);
    }
    if (image != null && image.isBlank()) {
      throw new BadInputException("the image of runners is missing");
    }
    if (rollout.isNegative()
        || rollout.isZero()
        || rollout.compareTo(Duration.ofSeconds(Integer.MAX_VALUE)) > 0) {
      throw new BadInputException("a runner needs time to be ready, not " + rollout);
    }
    environment = Map.copyOf(environment);
  }

  /**
   * Begins with no image, the namespaces {@code split-executor} and {@code model-split-jobs}, no
   * Secrets, five minutes, and no local addresses.
   *
   * @param publicUrl where runners and jobs reach the registries
   * @return a builder with these
   */
  public static Builder builder(String publicUrl) {
    return new Builder(publicUrl);
  }

  /** Makes {@link RunnerSettings}, whose components say what is what. */
  public static final class Builder {
    private final Map<String, String> environment = new LinkedHashMap<>();
    private @Nullable String image;
    private String namespace = "split-executor";
    private String jobNamespace = "model-split-jobs";
    private @Nullable String secret;
    private @Nullable String tokenSecret;
    private Duration rollout = Duration.ofMinutes(5);
    private boolean allowLocalAddresses;

    private Builder(String publicUrl) {
      environment.put("TASK_STATUS_UPDATE_URL", publicUrl);
      environment.put("GLOBAL_TASKS_DB_URL", publicUrl);
      environment.put("MODEL_LAYERS_REGISTRY_URL", publicUrl);
      environment.put("BLOCK_DB_URL", publicUrl);
    }

    /**
     * See {@link RunnerSettings#image}.
     *
     * @param name as a pod's {@code image} has it; null for none
     * @return this builder
     */
    public Builder image(@Nullable String name) {
      image = name;
      return this;
    }

    /**
     * See {@link RunnerSettings#namespace}.
     *
     * @param name a name as Kubernetes has them
     * @return this builder
     */
    public Builder namespace(String name) {
      namespace = name;
      return this;
    }

    /**
     * See {@link RunnerSettings#jobNamespace}.
     *
     * @param name a name as Kubernetes has them
     * @return this builder
     */
    public Builder jobNamespace(String name) {
      jobNamespace = name;
      return this;
    }

    /**
     * Adds a variable; see {@link RunnerSettings#environment}.
     *
     * @param name the variable's name
     * @param value its value
     * @return this builder
     */
    public Builder variable(String name, String value) {
      environment.put(name, value);
      return this;
    }

    /**
     * See {@link RunnerSettings#secret}.
     *
     * @param name of an existing Secret; null for none
     * @return this builder
     */
    public Builder secret(@Nullable String name) {
      secret = name;
      return this;
    }

    /**
     * See {@link RunnerSettings#tokenSecret}.
     *
     * @param name of an existing Secret; null for none
     * @return this builder
     */
    public Builder tokenSecret(@Nullable String name) {
      tokenSecret = name;
      return this;
    }

    /**
     * See {@link RunnerSettings#rollout}.
     *
     * @param duration how long, more than zero
     * @return this builder
     */
    public Builder rollout(Duration duration) {
      rollout = duration;
      return this;
    }

    /**
     * See {@link RunnerSettings#allowLocalAddresses}.
     *
     * @param allow whether they are allowed
     * @return this builder
     */
    public Builder allowLocalAddresses(boolean allow) {
      allowLocalAddresses = allow;
      return this;
    }

    /**
     * {@return the settings}
     *
     * @throws BadInputException names what is wrong
     */
    public RunnerSettings build() {
      return new RunnerSettings(
          image,
          namespace,
          jobNamespace,
          environment,
          secret,
          tokenSecret,
          rollout,
          allowLocalAddresses);
    }
  }
}
