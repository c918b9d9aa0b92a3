package io.modelsplitter.registry.embedded;

import io.modelsplitter.json.Json;
import io.modelsplitter.registry.ModelLayer;
import io.modelsplitter.registry.Stored;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jdbi.v3.core.statement.StatementContext;

/** A layer as a row of {@code model_layer}. */
final class ModelLayerRow {
  static final String INSERT =
      """
      INSERT INTO model_layer (
        model_layer_hash, model_asset_id, model_component_registry_uri, model_layer_public_url,
        model_layer_metadata, model_layer_rank, model_world_size, version, modified, shape)
      VALUES (
        :hash, :asset, :component, :url, :metadata, :rank, :worldSize, :version, :modified, :shape)
      """;

  static final String UPDATE =
      """
      UPDATE model_layer SET
        model_asset_id = :asset, model_component_registry_uri = :component,
        model_layer_public_url = :url, model_layer_metadata = :metadata,
        model_layer_rank = :rank, model_world_size = :worldSize,
        version = :version, modified = :modified, shape = :shape
      WHERE model_layer_hash = :hash AND version = :version - 1
      """;

  private ModelLayerRow() {}

  /** What a row tells to a query. */
  static Row<Stored<ModelLayer>> row(ResultSet rows, StatementContext context) throws SQLException {
    return new Row<>(
        rows.getLong("layer_number"),
        rows.getLong("version"),
        rows.getObject("shape") != null,
        read(rows),
        rows.getString("model_layer_metadata").length());
  }

  static <S extends SqlStatement<S>> S bind(S statement, Stored<ModelLayer> stored) {
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
