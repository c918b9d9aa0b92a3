package io.modelsplitter.registry;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import io.modelsplitter.query.Filter;
import io.modelsplitter.query.Update;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A registered piece of a split model: the specification's {@code ModelLayerObject}.
 *
 * @param modelLayerHash the MD5 of the layer's file in lower-case hex; the primary key. 1 to 128
 *     characters of {@code [A-Za-z0-9._:-]}
 * @param modelAssetId the model that the layer was cut from; {@code ""} where it is not known
 * @param modelComponentRegistryUri the component that runs the layer; {@code ""} where it is not
 *     known
 * @param modelLayerPublicUrl where the file can be had; {@code ""} where it is not known
 * @param modelLayerMetadata free-form objects
 * @param modelLayerRank the place in the pipeline, from 0
 * @param modelWorldSize how many pieces the model was cut into, more than the rank; 0 with rank 0
 *     where it is not known
 */
public record ModelLayer(
    String modelLayerHash,
    String modelAssetId,
    String modelComponentRegistryUri,
    String modelLayerPublicUrl,
    List<Map<String, Object>> modelLayerMetadata,
    int modelLayerRank,
    int modelWorldSize) {

  /**
   * Copies the metadata and checks every field; a message names all that are wrong.
   *
   * @param modelLayerHash see {@link #modelLayerHash}
   * @param modelAssetId see {@link #modelAssetId}
   * @param modelComponentRegistryUri see {@link #modelComponentRegistryUri}
   * @param modelLayerPublicUrl see {@link #modelLayerPublicUrl}
   * @param modelLayerMetadata see {@link #modelLayerMetadata}
   * @param modelLayerRank see {@link #modelLayerRank}
   * @param modelWorldSize see {@link #modelWorldSize}
   */
  public ModelLayer {
    FieldErrors errors = new FieldErrors("model layer");
    errors.id("model_layer_hash", modelLayerHash);
    errors.text("model_asset_id", modelAssetId);
    errors.text("model_component_registry_uri", modelComponentRegistryUri);
    errors.text("model_layer_public_url", modelLayerPublicUrl);
    ModelLayerFields.checkPlace(modelLayerRank, modelWorldSize, errors);
    errors.throwIfAny();
    List<Map<String, Object>> copy = new ArrayList<>();
    modelLayerMetadata.forEach(entry -> copy.add(Json.copyOf("model_layer_metadata", entry, 2)));
    modelLayerMetadata = List.copyOf(copy);
  }

  /**
   * Reads a layer as it comes over the wire. The full form needs every field but the metadata; the
   * short form ({@code layer_hash}, {@code layer_metadata}) may leave the others out.
   *
   * @param fields the object as JSON gives it
   * @return the layer
   * @throws BadInputException names every missing, wrong and unknown field
   */
  public static ModelLayer fromMap(Map<String, ?> fields) {
    return ModelLayerFields.read(fields);
  }

  /** {@return the layer as it goes over the wire: exactly the seven fields of the specification} */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("model_layer_hash", modelLayerHash);
    map.put("model_asset_id", modelAssetId);
    map.put("model_component_registry_uri", modelComponentRegistryUri);
    map.put("model_layer_public_url", modelLayerPublicUrl);
    map.put("model_layer_metadata", modelLayerMetadata);
    map.put("model_layer_rank", modelLayerRank);
    map.put("model_world_size", modelWorldSize);
    return map;
  }

  /** {@return whether every field that the full form needs is known} */
  public boolean isComplete() {
    return !modelAssetId.isEmpty()
        && !modelComponentRegistryUri.isEmpty()
        && !modelLayerPublicUrl.isEmpty()
        && modelWorldSize > 0;
  }

  /**
   * {@return the layer after an update, which may use the short field names}
   *
   * @param update what to change
   * @throws BadInputException when the update changes the hash or an unknown field, or the result
   *     is not a valid layer; a complete layer stays complete
   */
  public ModelLayer updated(Update update) {
    return ModelLayerFields.update(this, update);
  }

  /**
   * {@return the query with the short field names replaced by the full ones}
   *
   * @param query with full or short names
   */
  public static Query fullNames(Query query) {
    List<Query.Sort> sort =
        query.sort().stream()
            .map(by -> new Query.Sort(ModelLayerFields.fullPath(by.field()), by.descending()))
            .toList();
    Filter filter = query.filter().mapPaths(ModelLayerFields::fullPath);
    return new Query(filter, sort, query.limit(), query.after());
  }
}
