package io.modelsplitter.examples;

import io.modelsplitter.checkpoint.ShardWriter;
import io.modelsplitter.checkpoint.SplitPlan;
import io.modelsplitter.checkpoint.SplitPlan.RankPlan;
import io.modelsplitter.error.ConflictException;
import io.modelsplitter.error.NotFoundException;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.file.FileDigests;
import io.modelsplitter.file.LayerHash;
import io.modelsplitter.json.Json;
import io.modelsplitter.query.Filter;
import io.modelsplitter.query.Update;
import io.modelsplitter.registry.ModelLayer;
import io.modelsplitter.registry.ModelLayerRegistry;
import io.modelsplitter.registry.Query;
import io.modelsplitter.storage.LayerStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
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
  private final LayerStore store;
  private final String asset;
  private final String component;
  private final int worldSize;
  private final ShardWriter writer = new ShardWriter();

  LayerPublisher(
      ModelLayerRegistry registry,
      LayerStore store,
      String asset,
      String component,
      int worldSize) {
    this.registry = registry;
    this.store = store;
    this.asset = asset;
    this.component = component;
    this.worldSize = worldSize;
  }

  /** Fails before any work is done when the registry cannot be asked. */
  void checkReachable() {
    isKnownAsset();
  }

  /**
   * Writes the ranks into a folder. Of a model that was split before, each rank is hashed first and
   * not written when its layer is registered and stored.
   */
  List<Map<String, Object>> write(SplitPlan plan, Path folder) throws IOException {
    boolean known = isKnownAsset();
    List<Map<String, Object>> ranks = new ArrayList<>();
    for (RankPlan rank : plan.ranks()) {
      Path file = folder.resolve("rank-" + rank.rank() + ".safetensors");
      RankFile hashed = known ? RankFile.of(rank, file, writer.digest(rank.tensors())) : null;
      if (hashed != null && reusable(hashed).isPresent()) {
        log.info("rank {}: MD5 {} is registered", rank.rank(), hashed.digests().md5());
        ranks.add(hashed.toMap());
        continue;
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
      ranks.add(RankFile.of(rank, file, digests).toMap());
    }
    return ranks;
  }

  /** Stores what is not stored yet, then registers what is not registered yet. */
  @SuppressWarnings("unchecked") // write made the list
  List<Map<String, Object>> publish(List<?> ranks) throws IOException {
    List<RankFile> files =
        ranks.stream().map(rank -> RankFile.fromMap((Map<String, Object>) rank)).toList();
    List<Optional<ModelLayer>> reused = new ArrayList<>();
    for (RankFile file : files) {
      Optional<ModelLayer> layer = reusable(file);
      if (layer.isEmpty()) {
        if (!Files.exists(file.file())) {
          throw new UnavailableException(
              "layer " + file.digests().md5() + " was removed while it was to be reused", null);
        }
        store.put(file.file(), file.storedName());
      }
      reused.add(layer);
    }
    List<Map<String, Object>> layers = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      layers.add(register(files.get(i), reused.get(i)));
    }
    return layers;
  }

  private Map<String, Object> register(RankFile file, Optional<ModelLayer> reused) {
    ModelLayer layer = reused.orElse(null);
    if (layer == null) {
      layer = create(file);
    }
    registry.update(layer.modelLayerHash(), Update.addToSet("model_layer_metadata", usage(file)));
    log.info("rank {}: {}", file.rank(), reused.isPresent() ? "reused" : "registered");
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("model_layer_hash", layer.modelLayerHash());
    result.put("model_layer_rank", file.rank());
    result.put("model_layer_public_url", layer.modelLayerPublicUrl());
    result.put("bytes", file.digests().bytes());
    result.put("tensors", file.metadata().get("tensors"));
    result.put("reused", reused.isPresent());
    return result;
  }

  /** Another job may register the same layer first; then its record stands. */
  private ModelLayer create(RankFile file) {
    ModelLayer layer =
        new ModelLayer(
            file.digests().md5(),
            asset,
            component,
            store.publicUrl(file.storedName()).toString(),
            List.of(file.metadata()),
            file.rank(),
            worldSize);
    try {
      return registry.create(layer).stored().value();
    } catch (ConflictException e) {
      return registry.get(layer.modelLayerHash()).value();
    }
  }

  private Map<String, Object> usage(RankFile file) {
    Map<String, Object> usage = new LinkedHashMap<>();
    usage.put("asset_id", asset);
    usage.put("rank", file.rank());
    usage.put("world_size", worldSize);
    return usage;
  }

  /** The registered layer, unless its file should be in this store and is gone. */
  private Optional<ModelLayer> reusable(RankFile file) throws IOException {
    ModelLayer layer;
    try {
      layer = registry.get(file.digests().md5()).value();
    } catch (NotFoundException e) {
      return Optional.empty();
    }
    boolean ours =
        layer.modelLayerPublicUrl().equals(store.publicUrl(file.storedName()).toString());
    return ours && !store.contains(file.storedName()) ? Optional.empty() : Optional.of(layer);
  }

  private boolean isKnownAsset() {
    List<ModelLayer> one = new ArrayList<>();
    registry.query(Query.of(Filter.eq("model_asset_id", asset)).limit(1), one::add);
    return !one.isEmpty();
  }

  /** Stores the files that a model needs beside its tensors, each under its hash. */
  List<Map<String, Object>> storeAll(List<?> files, Path folder) throws IOException {
    List<Map<String, Object>> stored = new ArrayList<>();
    for (Object path : files) {
      Path file = Path.of((String) path);
      stored.add(storeCopy(String.valueOf(file.getFileName()), Files.readAllBytes(file), folder));
    }
    return stored;
  }

  /** Stores the plan file, and answers its URL. */
  Object storePlan(Map<String, Object> plan, Path folder) throws IOException {
    byte[] text = Json.write(plan).getBytes(StandardCharsets.UTF_8);
    return Objects.requireNonNull(storeCopy("registry.json", text, folder).get("url"));
  }

  private Map<String, Object> storeCopy(String name, byte[] content, Path folder)
      throws IOException {
    Path copy = Files.write(folder.resolve("copy-" + name), content);
    FileDigests digests = new LayerHash().digests(copy);
    String storedName = digests.md5() + "-" + name;
    if (store.contains(storedName)) {
      Files.delete(copy);
    } else {
      store.put(copy, storedName);
    }
    Map<String, Object> stored = new LinkedHashMap<>();
    stored.put("name", name);
    stored.put("bytes", digests.bytes());
    stored.put("md5", digests.md5());
    stored.put("url", store.publicUrl(storedName).toString());
    return stored;
  }
}
