package io.modelsplitter;

import io.modelsplitter.error.ConflictException;
import io.modelsplitter.error.NotFoundException;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.file.FileDigests;
import io.modelsplitter.file.LayerHash;
import io.modelsplitter.registry.Block;
import io.modelsplitter.registry.BlockRegistry;
import io.modelsplitter.registry.ModelLayer;
import io.modelsplitter.registry.ModelLayerRegistry;
import io.modelsplitter.registry.client.Blocks;
import io.modelsplitter.registry.client.ModelLayerClient;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What every splitter does with a layer's file: find the layer that is registered with its hash and
 * the blocks that run it, or register it, once, however many jobs do so at the same moment.
 *
 * <pre>{@code
 * RegisteredLayer layer =
 *     LayerRegistration.fromEnvironment()
 *         .findOrRegister(file, componentUri, new LayerUse("gpt2", 0, 4), Map.of(),
 *             (path, digests) -> put(path, digests.md5()));
 * }</pre>
 *
 * <p>A record that stands is reused as it is; only the use is added to its metadata. Whether the
 * file that it names is still there is not looked at. Thread-safe.
 */
public final class LayerRegistration {
  private static final int ATTEMPTS = 10;

  private final ModelLayerRegistry layers;
  private final @Nullable BlockRegistry blocks;

  /**
   * For a splitter that does not ask what runs its layers: none is found to be running.
   *
   * @param layers where layers are registered
   */
  public LayerRegistration(ModelLayerRegistry layers) {
    this.layers = layers;
    this.blocks = null;
  }

  /**
   * With these registries.
   *
   * @param layers where layers are registered
   * @param blocks tells what runs a layer
   */
  public LayerRegistration(ModelLayerRegistry layers, BlockRegistry blocks) {
    this.layers = layers;
    this.blocks = blocks;
  }

  /**
   * With the registries in {@code MODEL_LAYERS_REGISTRY_URL} and {@code BLOCK_DB_URL}.
   *
   * @return the registration; nothing is sent yet
   */
  public static LayerRegistration fromEnvironment() {
    return from(System.getenv());
  }

  /**
   * As {@link #fromEnvironment()}, from these variables.
   *
   * @param environment the variables by their names, as {@link System#getenv()} gives them
   * @return the registration; nothing is sent yet
   */
  public static LayerRegistration from(Map<String, String> environment) {
    return new LayerRegistration(ModelLayerClient.from(environment), Blocks.from(environment));
  }

  /** Puts a layer's file where others can have it. */
  public interface Publisher {
    /**
     * Answers where the file can be had. It may be called by several jobs at once, and for a file
     * that another job registers in the meantime: the place should follow from the digests.
     *
     * @param file the file of the layer
     * @param digests size and digests of the file
     * @return its public URL
     * @throws IOException when it cannot be published
     */
    URI publish(Path file, FileDigests digests) throws IOException;
  }

  /**
   * Finds the layer of this file, or publishes and registers it.
   *
   * @param file the file of the layer
   * @param componentUri the component that runs the layer
   * @param use how this job uses it; of a new record, this is its asset, rank and world size
   * @param metadata what a new record says of the layer
   * @param publisher asked only where no layer is registered with the file's hash
   * @return the layer as it is registered, and whether it was there
   * @throws IOException when the file cannot be read or published
   * @throws UnavailableException when a registry cannot be reached
   */
  public RegisteredLayer findOrRegister(
      Path file,
      String componentUri,
      LayerUse use,
      Map<String, Object> metadata,
      Publisher publisher)
      throws IOException {
    FileDigests digests = new LayerHash().digests(file);
    String hash = digests.md5();
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      if (find(hash).isEmpty()) {
        ModelLayer layer =
            new ModelLayer(
                hash,
                use.assetId(),
                componentUri,
                publisher.publish(file, digests).toString(),
                List.of(metadata),
                use.rank(),
                use.worldSize());
        if (register(layer)) {
          return new RegisteredLayer(layer, false, running(componentUri, hash));
        }
      }
      Optional<ModelLayer> reused = reuse(hash, use);
      if (reused.isPresent()) {
        return new RegisteredLayer(reused.get(), true, running(componentUri, hash));
      }
    }
    throw new UnavailableException(
        "layer " + hash + " is registered and deleted again and again", null);
  }

  /**
   * {@return the layer with this hash, if one is registered}
   *
   * @param hash the MD5 of the layer's file in lower-case hex
   */
  public Optional<ModelLayer> find(String hash) {
    try {
      return Optional.of(layers.get(hash).value());
    } catch (NotFoundException e) {
      return Optional.empty();
    }
  }

  /**
   * Registers a layer whose file can be had.
   *
   * @param layer the layer to register
   * @return false when a record with its hash was there first; that one stands
   */
  public boolean register(ModelLayer layer) {
    try {
      return layers.create(layer).created();
    } catch (ConflictException e) {
      return false;
    }
  }

  /**
   * {@return the blocks of a component that run the layer with this hash}
   *
   * @param componentUri the component that runs the layer
   * @param hash the MD5 of the layer's file in lower-case hex
   */
  public List<Block> running(String componentUri, String hash) {
    return blocks == null ? List.of() : blocks.query(componentUri, hash);
  }

  /** Nothing where the record was deleted since it was seen. */
  private Optional<ModelLayer> reuse(String hash, LayerUse use) {
    try {
      return Optional.of(layers.update(hash, use.note()).value());
    } catch (NotFoundException e) {
      return Optional.empty();
    }
  }
}
