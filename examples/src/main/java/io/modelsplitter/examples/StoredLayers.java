package io.modelsplitter.examples;

import io.modelsplitter.LayerRegistration;
import io.modelsplitter.file.FileDigests;
import io.modelsplitter.query.Filter;
import io.modelsplitter.registry.ModelLayer;
import io.modelsplitter.registry.ModelLayerRegistry;
import io.modelsplitter.registry.Query;
import io.modelsplitter.storage.LayerStore;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is registered and stored already.
 *
 * @param registry where layers are registered
 * @param store where their files are
 */
record StoredLayers(ModelLayerRegistry registry, LayerStore store) {

  /** Whether a file need not be written, since its layer is registered and there. */
  boolean isReusable(FileDigests digests, String storedName) throws IOException {
    ModelLayer layer = find(digests.md5());
    return layer != null && isThere(layer, storedName);
  }

  /** The layer with this hash, if it is registered. */
  @Nullable ModelLayer find(String hash) {
    return new LayerRegistration(registry).find(hash).orElse(null);
  }

  /** Whether a layer's file is there, as far as that can be seen from here. */
  boolean isThere(ModelLayer layer, String storedName) throws IOException {
    String url = layer.modelLayerPublicUrl();
    return url.equals(store.publicUrl(storedName).toString())
        ? store.contains(storedName)
        : isThere(url);
  }

  /** Only of a local file can be seen that it is gone. */
  private static boolean isThere(String url) {
    if (!url.startsWith("file:")) {
      return true;
    }
    try {
      return Files.isRegularFile(Path.of(URI.create(url)));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Whether a model of this name was split before. Fails when the registry cannot be asked. */
  boolean isKnownAsset(String asset) {
    List<ModelLayer> one = new ArrayList<>();
    registry.query(Query.of(Filter.eq("model_asset_id", asset)).limit(1), one::add);
    return !one.isEmpty();
  }
}
