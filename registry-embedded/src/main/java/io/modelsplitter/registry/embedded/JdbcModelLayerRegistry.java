package io.modelsplitter.registry.embedded;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.ConflictException;
import io.modelsplitter.error.NotFoundException;
import io.modelsplitter.json.Json;
import io.modelsplitter.query.Filter;
import io.modelsplitter.query.Update;
import io.modelsplitter.registry.ModelLayer;
import io.modelsplitter.registry.ModelLayerRegistry;
import io.modelsplitter.registry.Query;
import io.modelsplitter.registry.RecordIds;
import io.modelsplitter.registry.Registration;
import io.modelsplitter.registry.Stored;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;

/** Model layers in the table {@code model_layer}. */
final class JdbcModelLayerRegistry implements ModelLayerRegistry {
  private static final String HASH = "model_layer_hash";

  private static final Map<String, ColumnType> COLUMNS =
      Map.of(
          HASH,
          ColumnType.TEXT,
          "model_asset_id",
          ColumnType.TEXT,
          "model_component_registry_uri",
          ColumnType.TEXT,
          "model_layer_public_url",
          ColumnType.TEXT,
          "model_layer_rank",
          ColumnType.INTEGER,
          "model_world_size",
          ColumnType.INTEGER);

  private final Database database;

  JdbcModelLayerRegistry(Database database) {
    this.database = database;
  }

  @Override
  public Registration<ModelLayer> create(ModelLayer layer) {
    Stored<ModelLayer> stored = new Stored<>(layer, 1, now());
    try {
      database.run(handle -> insert(handle, stored));
      return new Registration<>(stored, true);
    } catch (JdbiException e) {
      if (!Database.isDuplicateKey(e)) {
        throw e;
      }
    }
    Stored<ModelLayer> there = get(layer.modelLayerHash());
    if (there.value().equals(layer)) {
      return new Registration<>(there, false);
    }
    throw new ConflictException(
        "another layer is registered with the hash " + layer.modelLayerHash(),
        layer.modelLayerHash(),
        there.value().toMap());
  }

  @Override
  public Stored<ModelLayer> get(String modelLayerHash) {
    return database.run(handle -> find(handle, modelLayerHash, ""));
  }

  @Override
  public Stored<ModelLayer> update(String modelLayerHash, Update update) {
    return database.inTransaction(
        handle -> {
          Stored<ModelLayer> before = find(handle, modelLayerHash, "FOR UPDATE");
          ModelLayer after = before.value().updated(update);
          if (Json.write(after.toMap()).equals(Json.write(before.value().toMap()))) {
            return before;
          }
          Stored<ModelLayer> stored = new Stored<>(after, before.version() + 1, now());
          write(handle, stored, before.version());
          return stored;
        });
  }

  @Override
  public void delete(String modelLayerHash) {
    int deleted =
        RecordIds.isValid(modelLayerHash)
            ? database.run(
                handle ->
                    handle
                        .createUpdate("DELETE FROM model_layer WHERE model_layer_hash = :hash")
                        .bind("hash", modelLayerHash)
                        .execute())
            : 0;
    if (deleted == 0) {
      throw notFound(modelLayerHash);
    }
  }

  @Override
  public Optional<String> query(Query query, Consumer<? super ModelLayer> action) {
    ColumnFilter filter = ColumnFilter.of(ModelLayer.fullNames(query.filter()), COLUMNS);
    List<Keyset.Key> keys = keys(query.sort());
    Filter rest = filter.rest();
    return new KeysetScan<ModelLayer>(
            database,
            "SELECT * FROM model_layer",
            filter,
            new Keyset(keys, database.dialect()),
            (rows, context) -> {
              ModelLayer layer = ModelLayerRow.read(rows).value();
              long characters = rows.getString("model_layer_metadata").length();
              return new KeysetScan.Row<>(layer, values(layer, keys), characters);
            },
            layer -> rest.matches(layer.toMap()))
        .run(query.limit(), query.after(), action);
  }

  private static List<Keyset.Key> keys(List<Query.Sort> sort) {
    List<Keyset.Key> keys = new ArrayList<>();
    for (Query.Sort by : sort) {
      ColumnType type = COLUMNS.get(by.field());
      if (type == null) {
        throw new BadInputException(
            "cannot sort by "
                + Json.show(by.field())
                + " yet; sort by one of "
                + COLUMNS.keySet().stream().sorted().toList());
      }
      if (keys.stream().anyMatch(key -> key.column().equals(by.field()))) {
        throw new BadInputException("sort names " + by.field() + " twice");
      }
      keys.add(new Keyset.Key(by.field(), type, by.descending()));
    }
    if (keys.stream().noneMatch(key -> key.column().equals(HASH))) {
      keys.add(new Keyset.Key(HASH, ColumnType.TEXT, false));
    }
    return keys;
  }

  private static List<Object> values(ModelLayer layer, List<Keyset.Key> keys) {
    Map<String, Object> fields = layer.toMap();
    List<Object> values = new ArrayList<>();
    for (Keyset.Key key : keys) {
      values.add(Objects.requireNonNull(fields.get(key.column())));
    }
    return values;
  }

  private static int insert(Handle handle, Stored<ModelLayer> stored) {
    return ModelLayerRow.bind(
            handle.createUpdate(
                """
                INSERT INTO model_layer (
                  model_layer_hash, model_asset_id, model_component_registry_uri,
                  model_layer_public_url, model_layer_metadata, model_layer_rank,
                  model_world_size, version, modified)
                VALUES (:hash, :asset, :component, :url, :metadata, :rank, :worldSize,
                  :version, :modified)
                """),
            stored)
        .execute();
  }

  private static void write(Handle handle, Stored<ModelLayer> stored, long versionBefore) {
    int written =
        ModelLayerRow.bind(
                handle.createUpdate(
                    """
                    UPDATE model_layer SET
                      model_asset_id = :asset, model_component_registry_uri = :component,
                      model_layer_public_url = :url, model_layer_metadata = :metadata,
                      model_layer_rank = :rank, model_world_size = :worldSize,
                      version = :version, modified = :modified
                    WHERE model_layer_hash = :hash AND version = :versionBefore
                    """),
                stored)
            .bind("versionBefore", versionBefore)
            .execute();
    if (written != 1) {
      throw new IllegalStateException("a locked layer changed: " + stored.value().modelLayerHash());
    }
  }

  private static Stored<ModelLayer> find(Handle handle, String hash, String lock) {
    if (!RecordIds.isValid(hash)) {
      throw notFound(hash);
    }
    return handle
        .createQuery("SELECT * FROM model_layer WHERE model_layer_hash = :hash " + lock)
        .bind("hash", hash)
        .map((rows, context) -> ModelLayerRow.read(rows))
        .findOne()
        .orElseThrow(() -> notFound(hash));
  }

  private static NotFoundException notFound(String hash) {
    return new NotFoundException("there is no model layer " + Json.show(hash), hash);
  }

  private static Instant now() {
    return Instant.ofEpochSecond(Instant.now().getEpochSecond());
  }
}
