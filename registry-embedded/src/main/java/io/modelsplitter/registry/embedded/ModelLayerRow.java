package io.modelsplitter.registry.embedded;

import io.modelsplitter.json.Json;
import io.modelsplitter.registry.ModelLayer;
import io.modelsplitter.registry.Stored;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.statement.Update;

/** A layer as a row of {@code model_layer}. */
final class ModelLayerRow {

  private ModelLayerRow() {}

  static Update bind(Update statement, Stored<ModelLayer> stored) {
    ModelLayer layer = stored.value();
    return statement
        .bind("hash", layer.modelLayerHash())
        .bind("asset", layer.modelAssetId())
        .bind("component", layer.modelComponentRegistryUri())
        .bind("url", layer.modelLayerPublicUrl())
        .bind("metadata", Json.write(layer.modelLayerMetadata()))
        .bind("rank", layer.modelLayerRank())
        .bind("worldSize", layer.modelWorldSize())
        .bind("version", stored.version())
        .bind("modified", stored.modified().getEpochSecond());
  }

  static Stored<ModelLayer> read(ResultSet rows) throws SQLException {
    ModelLayer layer =
        new ModelLayer(
            rows.getString("model_layer_hash"),
            rows.getString("model_asset_id"),
            rows.getString("model_component_registry_uri"),
            rows.getString("model_layer_public_url"),
            metadata(rows.getString("model_layer_metadata")),
            rows.getInt("model_layer_rank"),
            rows.getInt("model_world_size"));
    return new Stored<>(
        layer, rows.getLong("version"), Instant.ofEpochSecond(rows.getLong("modified")));
  }

  @SuppressWarnings("unchecked") // bind wrote a list of objects
  private static List<Map<String, Object>> metadata(String json) {
    Object value = Json.parse("model_layer_metadata", json);
    return value == null ? List.of() : (List<Map<String, Object>>) value;
  }
}
