package io.modelsplitter.registry.embedded;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.ConflictException;
import io.modelsplitter.error.ModelSplitterException;
import io.modelsplitter.query.Update;
import io.modelsplitter.registry.Explanation;
import io.modelsplitter.registry.ModelLayer;
import io.modelsplitter.registry.ModelLayerRegistry;
import io.modelsplitter.registry.Query;
import io.modelsplitter.registry.Registration;
import io.modelsplitter.registry.Stored;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;

/** Model layers in the table {@code model_layer}. */
final class JdbcModelLayerRegistry extends JdbcRecords<ModelLayer> implements ModelLayerRegistry {
  private static final int ATTEMPTS = 10;

  JdbcModelLayerRegistry(Database database) {
    super(database, DocumentTable.MODEL_LAYER, "model layer", ModelLayerRow::row);
  }

  @Override
  Map<String, Object> toMap(ModelLayer layer) {
    return layer.toMap();
  }

  @Override
  ModelLayer updated(ModelLayer layer, Update update) {
    return layer.updated(update);
  }

  @Override
  Map<String, Object> values(Stored<ModelLayer> stored) {
    return ModelLayerRow.values(stored);
  }

  @Override
  String updateSql() {
    return ModelLayerRow.UPDATE;
  }

  @Override
  public Registration<ModelLayer> create(ModelLayer layer) {
    Stored<ModelLayer> stored = new Stored<>(layer, 1, now());
    String hash = layer.modelLayerHash();
    try {
      return insertUnlessThere(
              hash, () -> table.insert(stored, ModelLayerRow.INSERT, values(stored)))
          .map(there -> existing(layer, there))
          .orElseGet(() -> new Registration<>(stored, true));
    } catch (BadInputException e) { // one that was stored before there was the limit stays known
      return existing(layer, find(hash).orElseThrow(() -> e));
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
              table.insertAll(handle, batch, ModelLayerRow.INSERT, ModelLayerRow::values);
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
  public Optional<String> query(Query query, Consumer<? super ModelLayer> action) {
    return super.query(ModelLayer.fullNames(query), action);
  }

  @Override
  public Explanation explain(Query query) {
    return super.explain(ModelLayer.fullNames(query));
  }
}
