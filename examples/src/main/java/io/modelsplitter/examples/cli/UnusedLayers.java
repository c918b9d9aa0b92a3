package io.modelsplitter.examples.cli;

import io.modelsplitter.error.NotFoundException;
import io.modelsplitter.query.Filter;
import io.modelsplitter.registry.BlockRegistry;
import io.modelsplitter.registry.ModelLayer;
import io.modelsplitter.registry.ModelLayerRegistry;
import io.modelsplitter.registry.Query;
import io.modelsplitter.registry.RecordRegistry;
import io.modelsplitter.storage.LayerStore;
import io.modelsplitter.storage.StoredFile;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The layers of a store that nobody needs: no record has their hash or their URL or names them as
 * files of a rank, and no block has either.
 *
 * @param store where the files are
 * @param layers the records
 * @param blocks what runs
 */
record UnusedLayers(LayerStore store, ModelLayerRegistry layers, BlockRegistry blocks) {

  /** The MD5 or SHA-256 of the file, and what kind of file it is. */
  private static final Pattern LAYER =
      Pattern.compile("([0-9a-f]{32}|[0-9a-f]{64})(\\.[A-Za-z0-9]+)?");

  /** Whether there is a record at all, of whatever layer. */
  boolean hasRecords() {
    return isAnswered(layers, Filter.all());
  }

  /** Those that were stored before this moment. */
  List<StoredFile> olderThan(Instant moment) throws IOException {
    List<StoredFile> old = new ArrayList<>();
    store.list(
        file -> {
          if (file.modified().isBefore(moment) && LAYER.matcher(file.name()).matches()) {
            old.add(file);
          }
        });
    old.removeIf(this::isNamed);
    return old;
  }

  /** Removes one, unless somebody named it meanwhile; answers whether it is gone. */
  boolean delete(StoredFile file) throws IOException {
    if (isNamed(file)) {
      return false;
    }
    store.delete(file.name());
    return true;
  }

  private boolean isNamed(StoredFile file) {
    Matcher name = LAYER.matcher(file.name());
    if (!name.matches()) {
      return true;
    }
    String hash = name.group(1);
    String url = store.publicUrl(file.name()).toString();
    return isRegistered(hash)
        || isAnswered(
            layers,
            Filter.or(
                Filter.eq("model_layer_public_url", url),
                Filter.eq("model_layer_metadata.layer_files", hash))) // of a rank's manifest
        || isAnswered(
            blocks,
            Filter.or(
                Filter.eq("blockInitData.layerHash", hash),
                Filter.eq("blockInitData.layerUrl", url)));
  }

  private boolean isRegistered(String hash) {
    try {
      ModelLayer unused = layers.get(hash).value();
      return true;
    } catch (NotFoundException e) {
      return false;
    }
  }

  private static boolean isAnswered(RecordRegistry<?> registry, Filter filter) {
    List<Object> one = new ArrayList<>();
    registry.query(Query.of(filter).limit(1), one::add);
    return !one.isEmpty();
  }
}
