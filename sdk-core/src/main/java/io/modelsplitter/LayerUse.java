package io.modelsplitter;

import io.modelsplitter.query.Update;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How a job uses a layer, which other jobs may use too.
 *
 * @param assetId the model that the job splits
 * @param rank the layer's place in the pipeline, from 0
 * @param worldSize how many pieces the job cuts the model into
 */
public record LayerUse(String assetId, int rank, int worldSize) {

  /** {@return the use as an entry of a layer's metadata} */
  public Map<String, Object> toMap() {
    Map<String, Object> use = new LinkedHashMap<>();
    use.put("asset_id", assetId);
    use.put("rank", rank);
    use.put("world_size", worldSize);
    return use;
  }

  /**
   * Notes the use in a layer's record, once however often it is done.
   *
   * @return the update to send
   */
  public Update note() {
    return Update.addToSet("model_layer_metadata", toMap());
  }
}
