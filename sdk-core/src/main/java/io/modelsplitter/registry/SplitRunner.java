package io.modelsplitter.registry;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import io.modelsplitter.query.Update;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A server in a Kubernetes cluster that launches split jobs: the specification's split runner. How
 * to reach its cluster is no part of it, so nobody who reads one sees a secret.
 *
 * @param splitRunnerId the primary key. Ours makes UUIDs; another service's ids are taken as they
 *     are: 1 to 128 characters of {@code [A-Za-z0-9._:-]}
 * @param splitRunnerPublicUrl where the runner listens, such as {@code http://192.168.0.106:32286}
 * @param splitRunnerMetadata a free-form object
 * @param splitRunnerPublicHost the name or address under which the cluster's nodes are reached
 * @param splitRunnerTags words to find it by
 */
public record SplitRunner(
    String splitRunnerId,
    String splitRunnerPublicUrl,
    Map<String, Object> splitRunnerMetadata,
    String splitRunnerPublicHost,
    List<String> splitRunnerTags) {

  /**
   * Copies the metadata and the tags, and checks every field; a message names all wrong ones.
   *
   * @param splitRunnerId see {@link #splitRunnerId}
   * @param splitRunnerPublicUrl see {@link #splitRunnerPublicUrl}
   * @param splitRunnerMetadata see {@link #splitRunnerMetadata}
   * @param splitRunnerPublicHost see {@link #splitRunnerPublicHost}
   * @param splitRunnerTags see {@link #splitRunnerTags}
   */
  public SplitRunner {
    FieldErrors errors = new FieldErrors("split runner");
    errors.id("split_runner_id", splitRunnerId);
    SplitRunnerFields.checkText("split_runner_public_url", splitRunnerPublicUrl, errors);
    SplitRunnerFields.checkText("split_runner_public_host", splitRunnerPublicHost, errors);
    errors.throwIfAny();
    splitRunnerMetadata = Json.copyOf("split_runner_metadata", splitRunnerMetadata, 1);
    splitRunnerTags = List.copyOf(splitRunnerTags);
  }

  /**
   * Reads a split runner as it comes over the wire. Metadata and tags may be missing.
   *
   * @param fields the object as JSON gives it
   * @return the split runner
   * @throws BadInputException names every missing, wrong and unknown field
   */
  public static SplitRunner fromMap(Map<String, ?> fields) {
    return SplitRunnerFields.read(fields);
  }

  /**
   * {@return the split runner as it goes over the wire: exactly the five fields of the
   * specification}
   */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("split_runner_id", splitRunnerId);
    map.put("split_runner_public_url", splitRunnerPublicUrl);
    map.put("split_runner_metadata", splitRunnerMetadata);
    map.put("split_runner_public_host", splitRunnerPublicHost);
    map.put("split_runner_tags", splitRunnerTags);
    return map;
  }

  /**
   * {@return the split runner after an update} A new public host is put into a public URL that was
   * made of the old one, unless the update says what the URL is to be.
   *
   * @param update what to change
   * @throws BadInputException when the update changes the id or an unknown field, or the result is
   *     not a valid split runner
   */
  public SplitRunner updated(Update update) {
    return SplitRunnerFields.update(this, update);
  }
}
