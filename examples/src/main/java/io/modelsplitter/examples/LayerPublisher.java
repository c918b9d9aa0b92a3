package io.modelsplitter.examples;

import io.modelsplitter.Context;
import io.modelsplitter.LayerRegistration;
import io.modelsplitter.LayerUse;
import io.modelsplitter.checkpoint.ShardWriter;
import io.modelsplitter.checkpoint.SplitPlan;
import io.modelsplitter.checkpoint.SplitPlan.RankPlan;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.file.FileDigests;
import io.modelsplitter.file.LayerHash;
import io.modelsplitter.query.Filter;
import io.modelsplitter.query.Update;
import io.modelsplitter.registry.ModelLayer;
import io.modelsplitter.registry.ModelLayerRegistry;
import io.modelsplitter.registry.Query;
import io.modelsplitter.storage.LayerStore;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes, stores and registers the ranks of a split, and reuses the layers that are registered.
 *
 * <p>A layer is registered only when the files of all ranks are stored, so that a split that fails
 * leaves no record behind.
 */
final class LayerPublisher {
  private static final Logger log = LoggerFactory.getLogger(LayerPublisher.class);

  private final ModelLayerRegistry registry;
  private final LayerRegistration registration;
  private final LayerStore store;
  private final Context context;
  private final String asset;
  private final String component;
  private final int worldSize;
  private final ShardWriter writer = new ShardWriter();

  LayerPublisher(ModelLayerRegistry registry, LayerStore store, Context context, String component) {
    this.registry = registry;
    this.registration = new LayerRegistration(registry);
    this.store = store;
    this.context = context;
    this.asset = context.modelName();
    this.component = component;
    this.worldSize = context.worldSize();
  }

  /** Fails before any work is done when the registry cannot be asked. */
  void checkReachable() {
    isKnownAsset();
  }

  /**
   * Writes the ranks into a folder. Of a model that was split before, each rank is hashed first and
   * not written when its layer is registered and stored. What an earlier attempt of the job wrote
   * stays, if it was of the same model and its bytes are what they were.
   *
   * @param model what tells the model from another one
   */
  List<Map<String, Object>> write(SplitPlan plan, String model, Path folder) throws IOException {
    boolean known = isKnownAsset();
    List<Map<String, Object>> ranks = new ArrayList<>();
    for (RankPlan rank : plan.ranks()) {
      context.progress(
          (double) rank.rank() / worldSize, "rank %d of %d".formatted(rank.rank() + 1, worldSize));
      String note = "rank-" + rank.rank();
      Map<String, Object> written = context.journal().get(note).orElse(Map.of());
      if (!model.equals(written.get("model")) || !isIntact(RankFile.fromMap(written))) {
        written =
            new LinkedHashMap<>(write(rank, folder.resolve(note + ".safetensors"), known).toMap());
        written.put("model", model);
        context.journal().put(note, written);
      }
      ranks.add(RankFile.fromMap(written).toMap());
    }
    return ranks;
  }

  private RankFile write(RankPlan rank, Path file, boolean known) throws IOException {
    if (known) {
      RankFile hashed = RankFile.of(rank, file, writer.digest(rank.tensors()));
      if (isReusable(hashed)) {
        log.info("rank {}: MD5 {} is registered", rank.rank(), hashed.digests().md5());
        return hashed;
      }
    }
    FileDigests digests = writer.write(rank.tensors(), file);
    log.info(
        "rank {}: layers {} to {}, {} tensors, {} bytes, MD5 {}",
        rank.rank(),
        rank.firstLayer(),
        rank.endLayer() - 1,
        rank.tensors().size(),
        digests.bytes(),
        digests.md5());
    return RankFile.of(rank, file, digests);
  }

  private boolean isReusable(RankFile file) throws IOException {
    ModelLayer layer = find(file);
    return layer != null && isThere(layer, file);
  }

  /** Whether the files of an earlier attempt are where they were, or stored. */
  @SuppressWarnings("unchecked") // write made the list
  boolean isIntact(List<?> ranks) throws IOException {
    for (Object rank : ranks) {
      if (!isIntact(RankFile.fromMap((Map<String, Object>) rank))) {
        return false;
      }
    }
    return true;
  }

  private boolean isIntact(RankFile file) throws IOException {
    if (Files.isRegularFile(file.file())) {
      return Files.size(file.file()) == file.digests().bytes()
          && new LayerHash().digests(file.file()).equals(file.digests());
    }
    return isReusable(file) || store.contains(file.storedName());
  }

  /**
   * A rank whose file is stored.
   *
   * @param known its layer, if it was registered before
   * @param reused whether the layer's own file serves, so that nothing was written
   */
  private record StoredRank(RankFile file, @Nullable ModelLayer known, boolean reused) {}

  /** The files of a job, stored, and what is left to do: to register its layers. */
  final class Publication {
    private final List<StoredRank> ranks = new ArrayList<>();

    /** What the layers are, without what this job did with them. */
    List<Map<String, Object>> planned() {
      return ranks.stream().map(rank -> layer(rank.file(), url(rank))).toList();
    }

    /** Registers what is not registered yet; answers the layers as the task's result has them. */
    List<Map<String, Object>> register() throws IOException {
      List<Map<String, Object>> layers = new ArrayList<>();
      for (StoredRank rank : ranks) {
        boolean reused = !isOurs(rank.file()) && isReused(rank);
        ModelLayer layer = registry.update(rank.file().digests().md5(), update(rank)).value();
        log.info("rank {}: {}", rank.file().rank(), reused ? "reused" : "registered");
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
      RankFile file = RankFile.fromMap((Map<String, Object>) rank);
      ModelLayer known = find(file);
      boolean reused = known != null && isThere(known, file);
      if (!reused) {
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
  private boolean isOurs(RankFile file) throws IOException {
    if (context.journal().get(ours(file)).isEmpty()) {
      return false;
    }
    registerNew(file);
    return true;
  }

  private static String ours(RankFile file) {
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

  private static Map<String, Object> layer(RankFile file, String url) {
    Map<String, Object> layer = new LinkedHashMap<>();
    layer.put("model_layer_hash", file.digests().md5());
    layer.put("model_layer_rank", file.rank());
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
  private boolean registerNew(RankFile file) {
    ModelLayer layer =
        new ModelLayer(
            file.digests().md5(),
            asset,
            component,
            store.publicUrl(file.storedName()).toString(),
            List.of(file.metadata()),
            file.rank(),
            worldSize);
    return registration.register(layer);
  }

  private @Nullable ModelLayer find(RankFile file) {
    return registration.find(file.digests().md5()).orElse(null);
  }

  /** Whether a layer's file is there, as far as that can be seen from here. */
  private boolean isThere(ModelLayer layer, RankFile file) throws IOException {
    String url = layer.modelLayerPublicUrl();
    return url.equals(store.publicUrl(file.storedName()).toString())
        ? store.contains(file.storedName())
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

  private boolean isKnownAsset() {
    List<ModelLayer> one = new ArrayList<>();
    registry.query(Query.of(Filter.eq("model_asset_id", asset)).limit(1), one::add);
    return !one.isEmpty();
  }
}
