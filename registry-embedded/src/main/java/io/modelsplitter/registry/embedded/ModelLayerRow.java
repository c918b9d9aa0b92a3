package io.modelsplitter.registry.embedded;

import io.modelsplitter.json.Json;
import io.modelsplitter.registry.ModelLayer;
import io.modelsplitter.registry.Stored;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A layer as a row of {@code model_layer}. */
record ModelLayerRow(
    String hash,
    String asset,
    String component,
    String url,
    String metadata,
    int rank,
    int worldSize,
    long version,
    long modified)
    implements Row.Content<Stored<ModelLayer>> {
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

  private static final String METADATA = "model_layer_metadata";

  /** What a row tells to a query. */
  static Row<Stored<ModelLayer>> row(ResultSet rows) throws SQLException {
    Columns columns = new Columns(rows);
    String hash = columns.text();
    String asset = columns.text();
    String component = columns.text();
    String url = columns.text();
    int rank = columns.integer();
    int worldSize = columns.integer();
    long version = columns.number();
    long modified = columns.number();
    long number = columns.number();
    boolean isIndexed = columns.isThere();
    String metadata = columns.text();
    return new Row<>(
        number,
        version,
        isIndexed,
        new ModelLayerRow(
            hash, asset, component, url, metadata, rank, worldSize, version, modified));
  }

  /** What its statements bind, but for {@code shape}. */
  static Map<String, Object> values(Stored<ModelLayer> stored) {
    ModelLayer layer = stored.value();
    Map<String, Object> values = new HashMap<>();
    values.put("hash", layer.modelLayerHash());
    values.put("asset", layer.modelAssetId());
    values.put("component", layer.modelComponentRegistryUri());
    values.put("url", layer.modelLayerPublicUrl());
    values.put("metadata", Json.write(layer.modelLayerMetadata()));
    values.put("rank", layer.modelLayerRank());
    values.put("worldSize", layer.modelWorldSize());
    values.put("version", stored.version());
    values.put("modified", stored.modified().getEpochSecond());
    return values;
  }

  @Override
  public Stored<ModelLayer> read() {
    ModelLayer layer = layer(list(Json.parseWritten(METADATA, metadata)));
    return new Stored<>(layer, version, Instant.ofEpochSecond(modified));
  }

  private ModelLayer layer(List<Map<String, Object>> metadata) {
    return new ModelLayer(hash, asset, component, url, metadata, rank, worldSize);
  }

  @Override
  public Map<String, ?> along(String[] path) {
    return path[0].equals(METADATA)
        ? Collections.singletonMap(METADATA, Json.parseAlong(METADATA, metadata, path, 1))
        : layer(List.of()).toMap();
  }

  @Override
  public long characters() {
    return metadata.length();
  }

  @SuppressWarnings("unchecked") // bind wrote a list of objects
  private static List<Map<String, Object>> list(@Nullable Object value) {
    return value == null ? List.of() : (List<Map<String, Object>>) value;
  }
}
