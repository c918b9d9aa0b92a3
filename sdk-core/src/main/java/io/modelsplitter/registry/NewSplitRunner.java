package io.modelsplitter.registry;

import io.modelsplitter.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A split runner to deploy and register; the registry gives it an id and a public URL.
 *
 * @param clusterK8sConfig a kubeconfig as a JSON object. It is secret: no message shows it
 * @param splitRunnerPublicHost the name or address under which the cluster's nodes are reached,
 *     without scheme and port
 * @param splitRunnerMetadata a free-form object; empty where the wire leaves it out
 * @param splitRunnerTags words to find it by; none where the wire leaves them out
 */
public record NewSplitRunner(
    Map<String, Object> clusterK8sConfig,
    String splitRunnerPublicHost,
    Map<String, Object> splitRunnerMetadata,
    List<String> splitRunnerTags) {

  /**
   * Copies everything and checks every field; a message names all that are wrong.
   *
   * @param clusterK8sConfig see {@link #clusterK8sConfig}
   * @param splitRunnerPublicHost see {@link #splitRunnerPublicHost}
   * @param splitRunnerMetadata see {@link #splitRunnerMetadata}
   * @param splitRunnerTags see {@link #splitRunnerTags}
   */
  public NewSplitRunner {
    FieldErrors errors = new FieldErrors("split runner");
    clusterK8sConfig = SplitRunnerFields.config(clusterK8sConfig, errors);
    SplitRunnerFields.checkHost(splitRunnerPublicHost, errors);
    splitRunnerMetadata = SplitRunnerFields.metadata(splitRunnerMetadata, errors);
    splitRunnerTags = List.copyOf(splitRunnerTags);
    errors.throwIfAny();
  }

  /**
   * Reads what {@code POST /split-runner} is sent.
   *
   * @param fields the object as JSON gives it
   * @return the split runner to create
   * @throws io.modelsplitter.error.BadInputException names every missing, wrong and unknown field
   */
  public static NewSplitRunner fromMap(Map<String, ?> fields) {
    return SplitRunnerFields.readNew(fields);
  }

  /** {@return what {@code POST /split-runner} is sent, the secret config included} */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("cluster_k8s_config", clusterK8sConfig);
    map.put("split_runner_public_host", splitRunnerPublicHost);
    map.put("split_runner_metadata", splitRunnerMetadata);
    map.put("split_runner_tags", splitRunnerTags);
    return map;
  }

  /**
   * {@return the split runner with its id, deployed at this URL}
   *
   * @param splitRunnerId the id of the split runner
   * @param publicUrl where it is reached
   */
  public SplitRunner toSplitRunner(String splitRunnerId, String publicUrl) {
    return new SplitRunner(
        splitRunnerId, publicUrl, splitRunnerMetadata, splitRunnerPublicHost, splitRunnerTags);
  }

  /** Everything but the config. */
  @Override
  public String toString() {
    return "NewSplitRunner[clusterK8sConfig=(secret), splitRunnerPublicHost="
        + Json.show(splitRunnerPublicHost)
        + ", splitRunnerMetadata="
        + splitRunnerMetadata
        + ", splitRunnerTags="
        + splitRunnerTags
        + "]";
  }
}
