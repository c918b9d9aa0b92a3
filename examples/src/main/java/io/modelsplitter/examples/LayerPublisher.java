package io.modelsplitter.examples;

import io.modelsplitter.Context;
import io.modelsplitter.LayerRegistration;
import io.modelsplitter.LayerUse;
import io.modelsplitter.checkpoint.Shard;
import io.modelsplitter.checkpoint.VdagDocuments;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.query.Update;
import io.modelsplitter.registry.ModelLayer;
import io.modelsplitter.registry.ModelLayerRegistry;
import io.modelsplitter.storage.LayerStore;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores and registers the files of a split, and reuses the layers that are registered.
 *
 * <p>A layer is registered only when all files are stored, so that a split that fails leaves no
 * record behind.
 */
final class LayerPublisher {
  private static final Logger log = LoggerFactory.getLogger(LayerPublisher.class);

  private final StoredLayers stored;
  private final ModelLayerRegistry registry;
  private final LayerStore store;
  private final Context context;
  private final String asset;
  private final String component;
  private final int worldSize;

  LayerPublisher(StoredLayers stored, Context context, String component) {
    this.stored = stored;
    this.registry = stored.registry();
    this.store = stored.store();
    this.context = context;
    this.asset = context.modelName();
    this.component = component;
    this.worldSize = context.worldSize();
  }

  /**
   * A rank whose file is stored.
   *
   * @param known its layer, if it was registered before
   * @param reused whether the layer's own file serves, so that nothing was written
   */
  private record StoredRank(PieceFile file, @Nullable ModelLayer known, boolean reused) {}

  /** The files of a job, stored, and what is left to do: to register its layers. */
  final class Publication {
    private final List<StoredRank> ranks = new ArrayList<>();

    /** What the layers are, without what this job did with them. */
    List<Map<String, Object>> planned() {
      return ranks.stream().map(rank -> layer(rank.file(), url(rank))).toList();
    }

    /** The ranks, as the network is told of them, once they are registered. */
    List<VdagDocuments.Piece> pieces() {
      return ranks.stream()
          .filter(rank -> rank.file().standsForRank())
          .map(
              rank ->
                  new VdagDocuments.Piece(
                      rank.file().rank(),
                      number(rank.file(), "stage"),
                      number(rank.file(), "tp_rank"),
                      rank.file().digests().md5(),
                      url(rank)))
          .toList();
    }

    private int number(PieceFile file, String field) {
      return (Integer) Objects.requireNonNull(file.metadata().get(field));
    }

    /** Registers what is not registered yet; answers the layers as the task's result has them. */
    List<Map<String, Object>> register() throws IOException {
      List<Map<String, Object>> layers = new ArrayList<>();
      for (StoredRank rank : ranks) {
        boolean reused = !isOurs(rank.file()) && isReused(rank);
        ModelLayer layer = registry.update(rank.file().digests().md5(), update(rank)).value();
        log.info("{}: {}", rank.file().shown(), reused ? "reused" : "registered");
        Map<String, Object> result = layer(rank.file(), layer.modelLayerPublicUrl());
        result.put("reused", reused);
        layers.add(result);
      }
      return layers;
    }
  }

  /** Stores what is not stored yet; no layer is registered before the files of all are there. */
  @SuppressWarnings("unchecked") // write made the list
  Publication store(List<?> ranks) throws IOException {
    Publication publication = new Publication();
    for (Object rank : ranks) {
      PieceFile file = PieceFile.fromMap((Map<String, Object>) rank);
      ModelLayer known = stored.find(file.digests().md5());
      boolean reused = known != null && stored.isThere(known, file.storedName());
      boolean isBeside = file.standsForRank() || store.contains(file.storedName());
      if (!reused || !isBeside) { // the files that a manifest names lie beside it
        if (Files.exists(file.file())) {
          store.put(file.file(), file.storedName());
        } else if (!store.contains(file.storedName())) { // an earlier attempt may have put it there
          throw new UnavailableException(
              "layer " + file.digests().md5() + " was removed while it was to be reused", null);
        }
      }
      publication.ranks.add(new StoredRank(file, known, reused));
    }
    return publication;
  }

  private boolean isReused(StoredRank rank) throws IOException {
    if (rank.known() != null) {
      return rank.reused();
    }
    context.journal().put(ours(rank.file()), Map.of("rank", rank.file().rank()));
    boolean created = registerNew(rank.file());
    if (!created) { // another job was faster
      context.journal().remove(ours(rank.file()));
    }
    return !created;
  }

  /** Whether an earlier attempt of this job registered the layer, or was about to. */
  private boolean isOurs(PieceFile file) throws IOException {
    if (context.journal().get(ours(file)).isEmpty()) {
      return false;
    }
    registerNew(file);
    return true;
  }

  private static String ours(PieceFile file) {
    return "registers-" + file.digests().md5();
  }

  private String url(StoredRank rank) {
    return rank.known() != null && rank.reused()
        ? rank.known().modelLayerPublicUrl()
        : store.publicUrl(rank.file().storedName()).toString();
  }

  /** Notes the use; a record whose file was gone is told where it is now. */
  private Update update(StoredRank rank) {
    Update usage = new LayerUse(asset, rank.file().rank(), worldSize).note();
    return rank.known() == null || rank.reused()
        ? usage
        : usage.and(Update.set("model_layer_public_url", url(rank)));
  }

  private static Map<String, Object> layer(PieceFile file, String url) {
    Map<String, Object> layer = new LinkedHashMap<>();
    layer.put("model_layer_hash", file.digests().md5());
    layer.put("model_layer_rank", file.rank());
    if (!file.label().equals(Shard.WHOLE)) {
      layer.put("label", file.label());
    }
    layer.put("model_layer_public_url", url);
    layer.put("bytes", file.digests().bytes());
    layer.put("tensors", file.metadata().get("tensors"));
    return layer;
  }

  /**
   * Registers a layer whose file was stored just now.
   *
   * @return false when another job registered it first; its record stands
   */
  private boolean registerNew(PieceFile file) {
    ModelLayer layer =
        new ModelLayer(
            file.digests().md5(),
            asset,
            component,
            store.publicUrl(file.storedName()).toString(),
            List.of(file.metadata()),
            file.rank(),
            worldSize);
    return new LayerRegistration(registry).register(layer);
  }
}
