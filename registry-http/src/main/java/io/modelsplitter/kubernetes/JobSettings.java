package io.modelsplitter.kubernetes;

import io.kubernetes.client.custom.Quantity;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.job.StorageSize;
import io.modelsplitter.json.Json;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How split jobs run on a cluster: what an operator decides. Made by {@link #builder}.
 *
 * @param namespace where the jobs are; it must be there
 * @param userId whom they run as; not root
 * @param groupId the group they run as and that owns their volume
 * @param retries how many attempts follow a failed one ({@code backoffLimit})
 * @param deadline how long all attempts together may take
 * @param timeToLive how long a job that ended, and its volume, are kept
 * @param requests what an attempt needs: {@code cpu} and {@code memory} as Kubernetes quantities
 * @param limits what an attempt may use at most
 * @param imagePrefixes the images that may run: whole names, or their beginnings up to a {@code /},
 *     {@code :} or {@code @}; any image where the list is empty
 * @param maxStorageSize the largest volume that a job may ask for
 * @param storageSecret the Secret whose entries become variables of every attempt, such as {@code
 *     LAYER_STORE_URL} and {@code AWS_ACCESS_KEY_ID}; or null
 * @param storageClass the class of the volumes, or null for the cluster's default
 * @param imagePullSecret the Secret that opens the image registry, or null
 */
public record JobSettings(
    String namespace,
    long userId,
    long groupId,
    int retries,
    Duration deadline,
    Duration timeToLive,
    Map<String, String> requests,
    Map<String, String> limits,
    List<String> imagePrefixes,
    String maxStorageSize,
    @Nullable String storageSecret,
    @Nullable String storageClass,
    @Nullable String imagePullSecret) {

  /**
   * Checks what an API server would refuse with each job.
   *
   * @param namespace see {@link #namespace}
   * @param userId see {@link #userId}
   * @param groupId see {@link #groupId}
   * @param retries see {@link #retries}
   * @param deadline see {@link #deadline}
   * @param timeToLive see {@link #timeToLive}
   * @param requests see {@link #requests}
   * @param limits see {@link #limits}
   * @param imagePrefixes see {@link #imagePrefixes}
   * @param maxStorageSize see {@link #maxStorageSize}
   * @param storageSecret see {@link #storageSecret}
   * @param storageClass see {@link #storageClass}
   * @param imagePullSecret see {@link #imagePullSecret}
   */
  public JobSettings {
    Names.label("the namespace of jobs", namespace);
    Names.subdomain("the Secret of jobs", storageSecret);
    Names.subdomain("the class of the jobs' volumes", storageClass);
    Names.subdomain("the Secret that opens the image registry", imagePullSecret);
    if (userId < 1 || groupId < 1) {
      throw new BadInputException("jobs cannot run as root: user and group must be 1 or more");
    }
    if (retries < 0) {
      throw new BadInputException("jobs cannot be retried " + retries + " times");
    }
    if (deadline.toSeconds() < 1 || timeToLive.isNegative()) {
      throw new BadInputException(
          "a job's deadline must be positive, its time to live not negative");
    }
    long unused = StorageSize.bytes(maxStorageSize);
    requests = Map.copyOf(requests);
    limits = Map.copyOf(limits);
    imagePrefixes = List.copyOf(imagePrefixes);
    checkQuantities(requests);
    checkQuantities(limits);
    checkLimits(requests, limits);
  }

  private static void checkQuantities(Map<String, String> quantities) {
    quantities.forEach(
        (name, quantity) -> {
          try {
            Quantity unused = Quantity.fromString(quantity);
          } catch (RuntimeException e) { // the library throws what it likes
            throw new BadInputException(
                "jobs cannot have " + name + " " + Json.show(quantity) + ": it is no quantity", e);
          }
        });
  }

  private static void checkLimits(Map<String, String> requests, Map<String, String> limits) {
    requests.forEach(
        (name, request) -> {
          String limit = limits.get(name);
          if (limit != null && number(request).compareTo(number(limit)) > 0) {
            throw new BadInputException(
                "jobs cannot ask for %s %s and be limited to %s".formatted(name, request, limit));
          }
        });
  }

  private static BigDecimal number(String quantity) {
    return Quantity.fromString(quantity).getNumber();
  }

  /**
   * Begins with the namespace {@code model-split-jobs}, user and group 65532, 3 retries, a day for
   * the work and a day for what is left of it, 1 to 4 CPUs and 2 to 8 GiB of memory, volumes of up
   * to 2 TiB, any image, and no Secret.
   *
   * @return a builder with these
   */
  public static Builder builder() {
    return new Builder();
  }

  /** Makes {@link JobSettings}, whose components say what is what. */
  public static final class Builder {
    private String namespace = "model-split-jobs";
    private long userId = 65_532;
    private long groupId = 65_532;
    private int retries = 3;
    private Duration deadline = Duration.ofDays(1);
    private Duration timeToLive = Duration.ofDays(1);
    private Map<String, String> requests = Map.of("cpu", "1", "memory", "2Gi");
    private Map<String, String> limits = Map.of("cpu", "4", "memory", "8Gi");
    private List<String> imagePrefixes = List.of();
    private String maxStorageSize = "2Ti";
    private @Nullable String storageSecret;
    private @Nullable String storageClass;
    private @Nullable String imagePullSecret;

    private Builder() {}

    /**
     * See {@link JobSettings#namespace}.
     *
     * @param name a name as Kubernetes has them
     * @return this builder
     */
    public Builder namespace(String name) {
      namespace = name;
      return this;
    }

    /**
     * See {@link JobSettings#userId}.
     *
     * @param id 1 or more; not root
     * @return this builder
     */
    public Builder userId(long id) {
      userId = id;
      return this;
    }

    /**
     * See {@link JobSettings#groupId}.
     *
     * @param id 1 or more; not root
     * @return this builder
     */
    public Builder groupId(long id) {
      groupId = id;
      return this;
    }

    /**
     * See {@link JobSettings#retries}.
     *
     * @param count 0 or more
     * @return this builder
     */
    public Builder retries(int count) {
      retries = count;
      return this;
    }

    /**
     * See {@link JobSettings#deadline}.
     *
     * @param duration a second or more
     * @return this builder
     */
    public Builder deadline(Duration duration) {
      deadline = duration;
      return this;
    }

    /**
     * See {@link JobSettings#timeToLive}.
     *
     * @param duration zero or more
     * @return this builder
     */
    public Builder timeToLive(Duration duration) {
      timeToLive = duration;
      return this;
    }

    /**
     * See {@link JobSettings#requests}.
     *
     * @param quantities quantities as Kubernetes writes them, such as {@code 500m} and {@code 2Gi},
     *     by resource
     * @return this builder
     */
    public Builder requests(Map<String, String> quantities) {
      requests = quantities;
      return this;
    }

    /**
     * See {@link JobSettings#limits}.
     *
     * @param quantities quantities as Kubernetes writes them, such as {@code 500m} and {@code 2Gi},
     *     by resource
     * @return this builder
     */
    public Builder limits(Map<String, String> quantities) {
      limits = quantities;
      return this;
    }

    /**
     * See {@link JobSettings#imagePrefixes}.
     *
     * @param prefixes what an image may begin with; with none any image may run
     * @return this builder
     */
    public Builder imagePrefixes(List<String> prefixes) {
      imagePrefixes = prefixes;
      return this;
    }

    /**
     * See {@link JobSettings#maxStorageSize}.
     *
     * @param quantity a quantity as Kubernetes writes it, such as {@code 100Gi}
     * @return this builder
     */
    public Builder maxStorageSize(String quantity) {
      maxStorageSize = quantity;
      return this;
    }

    /**
     * See {@link JobSettings#storageSecret}.
     *
     * @param name a name as Kubernetes has them; null, where it may be, for none
     * @return this builder
     */
    public Builder storageSecret(@Nullable String name) {
      storageSecret = name;
      return this;
    }

    /**
     * See {@link JobSettings#storageClass}.
     *
     * @param name a name as Kubernetes has them; null, where it may be, for none
     * @return this builder
     */
    public Builder storageClass(@Nullable String name) {
      storageClass = name;
      return this;
    }

    /**
     * See {@link JobSettings#imagePullSecret}.
     *
     * @param name a name as Kubernetes has them; null, where it may be, for none
     * @return this builder
     */
    public Builder imagePullSecret(@Nullable String name) {
      imagePullSecret = name;
      return this;
    }

    /**
     * {@return the settings}
     *
     * @throws BadInputException names what is wrong
     */
    public JobSettings build() {
      return new JobSettings(
          namespace,
          userId,
          groupId,
          retries,
          deadline,
          timeToLive,
          requests,
          limits,
          imagePrefixes,
          maxStorageSize,
          storageSecret,
          storageClass,
          imagePullSecret);
    }
  }

  /**
   * Checks what a job asks for against what it may have.
   *
   * @throws BadInputException names the image or the size, and what is allowed
   */
  void check(String image, String storageSize) {
    if (!imagePrefixes.isEmpty() && imagePrefixes.stream().noneMatch(it -> allows(it, image))) {
      throw new BadInputException(
          "container_image "
              + Json.show(image)
              + " may not run here; images that may begin with "
              + String.join(", ", imagePrefixes));
    }
    if (StorageSize.bytes(storageSize) > StorageSize.bytes(maxStorageSize)) {
      throw new BadInputException(
          "storage_size " + storageSize + " is more than a job may have: " + maxStorageSize);
    }
  }

  /** {@code example.org/team} does not allow {@code example.org/team-of-others/image}. */
  private static boolean allows(String prefix, String image) {
    return image.startsWith(prefix)
        && (prefix.endsWith("/")
            || image.length() == prefix.length()
            || "/:@".indexOf(image.charAt(prefix.length())) >= 0);
  }
}
