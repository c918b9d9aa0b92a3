package io.modelsplitter.registry.embedded;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.ConflictException;
import io.modelsplitter.error.ModelSplitterException;
import io.modelsplitter.error.NotFoundException;
import io.modelsplitter.error.VersionConflictException;
import io.modelsplitter.json.Json;
import io.modelsplitter.query.Update;
import io.modelsplitter.registry.Explanation;
import io.modelsplitter.registry.ModelLayer;
import io.modelsplitter.registry.ModelLayerRegistry;
import io.modelsplitter.registry.Query;
import io.modelsplitter.registry.RecordIds;
import io.modelsplitter.registry.Registration;
import io.modelsplitter.registry.Stored;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/** Model layers in the table {@code model_layer}. */
final class JdbcModelLayerRegistry implements ModelLayerRegistry {
  /** A layer with more values than this would take minutes to store. */
  private static final int MAX_ENTRIES = 100_000;

  private static final int ATTEMPTS = 10;

  private final Database database;
  private final IndexedTable<Stored<ModelLayer>> table;

  JdbcModelLayerRegistry(Database database) {
    this.database = database;
    this.table =
        new IndexedTable<>(
            database,
            DocumentTable.MODEL_LAYER,
            ModelLayerRow::row,
            stored -> stored.value().toMap(),
            MAX_ENTRIES);
  }

  @Override
  public Registration<ModelLayer> create(ModelLayer layer) {
    Stored<ModelLayer> stored = new Stored<>(layer, 1, now());
    try {
      table.insert(stored, ModelLayerRow.INSERT, insert -> ModelLayerRow.bind(insert, stored));
      return new Registration<>(stored, true);
    } catch (JdbiException e) {
      if (!Database.isDuplicateKey(e)) {
        throw e;
      }
    } catch (BadInputException e) { // one that was stored before there was the limit stays known
      return existing(layer, find(layer.modelLayerHash()).orElseThrow(() -> e));
    }
    return existing(layer, get(layer.modelLayerHash()));
  }

  private Optional<Stored<ModelLayer>> find(String hash) {
    try {
      return Optional.of(get(hash));
    } catch (NotFoundException e) {
      return Optional.empty();
    }
  }

  private static Registration<ModelLayer> existing(ModelLayer layer, Stored<ModelLayer> there) {
    if (there.value().equals(layer)) {
      return new Registration<>(there, false);
    }
    throw new ConflictException(
        "another layer is registered with the hash " + layer.modelLayerHash(),
        layer.modelLayerHash(),
        there.value().toMap());
  }

  @Override
  public List<Registration<ModelLayer>> createAll(List<ModelLayer> layers) {
    List<Registration<ModelLayer>> done = new ArrayList<>();
    ModelSplitterException refused = null;
    Instant now = now();
    BatchPreparer<ModelLayer, Stored<ModelLayer>> preparer =
        new BatchPreparer<>(
            layers,
            (layer, batch) ->
                table.addTo(batch, layer.modelLayerHash(), new Stored<>(layer, 1, now)));
    var slice = preparer.next(0);
    while (slice != null) {
      createSome(slice.batch());
      for (ModelLayer layer : slice.values()) {
        try {
          done.add(
              slice
                  .batch()
                  .take(layer.modelLayerHash())
                  .map(stored -> new Registration<>(stored, true))
                  .orElseGet(() -> create(layer)));
        } catch (ConflictException | BadInputException e) {
          refused = refused == null ? e : refused;
        }
      }
      slice = preparer.next(slice.end());
    }
    if (refused != null) {
      throw refused;
    }
    return done;
  }

  /** Registers, together, the layers whose hash nobody has, and leaves these in the batch. */
  private void createSome(DocumentBatch<Stored<ModelLayer>> batch) {
    for (int attempt = 1; ; attempt++) {
      try {
        database.inTransaction(
            handle -> {
              batch.removeAll(known(handle, batch.keys()));
              table.insertAll(handle, batch, ModelLayerRow.INSERT, ModelLayerRow::bind);
              return batch;
            });
        table.stored(batch);
        return;
      } catch (JdbiException e) {
        if (!Database.isDuplicateKey(e) || attempt == ATTEMPTS) { // another one was faster
          throw e;
        }
      }
    }
  }

  private static Set<String> known(Handle handle, Set<String> hashes) {
    return new HashSet<>(
        handle
            .createQuery(
                """
                SELECT r.model_layer_hash FROM UNNEST(:hashes) AS wanted(hash)
                JOIN model_layer r ON r.model_layer_hash = wanted.hash
                """)
            .bind("hashes", hashes.toArray(new String[0]))
            .mapTo(String.class)
            .list());
  }

  @Override
  public Stored<ModelLayer> get(String modelLayerHash) {
    return database.run(handle -> find(handle, modelLayerHash, "").value());
  }

  @Override
  public Stored<ModelLayer> update(String modelLayerHash, Update update) {
    return change(modelLayerHash, update, null);
  }

  @Override
  public Stored<ModelLayer> update(String modelLayerHash, Update update, long version) {
    return change(modelLayerHash, update, version);
  }

  private Stored<ModelLayer> change(String hash, Update update, @Nullable Long version) {
    return table.inTransaction(
        handle -> {
          Row<Stored<ModelLayer>> row = find(handle, hash, "FOR UPDATE");
          Stored<ModelLayer> before = row.value();
          checkVersion(before, version);
          ModelLayer after = before.value().updated(update);
          if (Json.write(after.toMap()).equals(Json.write(before.value().toMap()))) {
            return before;
          }
          Stored<ModelLayer> stored = new Stored<>(after, before.version() + 1, now());
          table.replace(
              handle,
              row,
              stored,
              ModelLayerRow.bind(handle.createUpdate(ModelLayerRow.UPDATE), stored));
          return stored;
        });
  }

  private static void checkVersion(Stored<ModelLayer> stored, @Nullable Long version) {
    if (version != null && version != stored.version()) {
      String hash = stored.value().modelLayerHash();
      throw new VersionConflictException(
          "layer %s has version %d, not %d".formatted(hash, stored.version(), version),
          hash,
          stored.value().toMap());
    }
  }

  @Override
  public void delete(String modelLayerHash) {
    table.inTransaction(
        handle -> {
          table.delete(handle, find(handle, modelLayerHash, "FOR UPDATE"));
          return modelLayerHash;
        });
  }

  @Override
  public Optional<String> query(Query query, Consumer<? super ModelLayer> action) {
    return table.query(ModelLayer.fullNames(query), stored -> action.accept(stored.value()));
  }

  @Override
  public Explanation explain(Query query) {
    return table.explain(ModelLayer.fullNames(query));
  }

  private static Row<Stored<ModelLayer>> find(Handle handle, String hash, String lock) {
    if (!RecordIds.isValid(hash)) {
      throw notFound(hash);
    }
    return handle
        .createQuery("SELECT * FROM model_layer WHERE model_layer_hash = :hash " + lock)
        .bind("hash", hash)
        .map(ModelLayerRow::row)
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
