package io.modelsplitter.examples;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.file.FileDigests;
import io.modelsplitter.file.Folders;
import io.modelsplitter.file.LayerHash;
import io.modelsplitter.query.Filter;
import io.modelsplitter.registry.ModelLayer;
import io.modelsplitter.registry.ModelLayerRegistry;
import io.modelsplitter.registry.client.ModelLayerClient;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import io.modelsplitter.registry.http.RegistryServer;
import io.modelsplitter.storage.LayerStore;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Layers kept in MinIO, or in any server that speaks like S3: stores a file, registers it, and
 * fetches it again as another machine would, by what the registry says. The bucket must be there.
 *
 * <pre>
 * export LAYER_STORE_URL=s3://layers/gpt2 S3_ENDPOINT=http://127.0.0.1:9000
 * export AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=…
 * java -cp examples/target/quickstart.jar io.modelsplitter.examples.MinioLayers FILE
 * </pre>
 */
public final class MinioLayers {

  private MinioLayers() {}

  /** Stores and fetches the file that is named; the file itself stays. */
  public static void main(String[] args) throws IOException {
    if (args.length != 1) {
      throw new BadInputException("give the file of a layer");
    }
    run(LayerStore.from(System.getenv()), Path.of(args[0]));
  }

  static void run(LayerStore store, Path file) throws IOException {
    Path folder = Files.createTempDirectory("minio-layers");
    try {
      run(store, file, folder);
    } finally {
      Folders.delete(folder);
    }
  }

  private static void run(LayerStore store, Path file, Path folder) throws IOException {
    Path copy = Files.copy(file, folder.resolve("layer"));
    FileDigests digests = new LayerHash().digests(copy);
    URI url = store.put(copy, digests.md5()); // moves it there
    try (EmbeddedRegistry registry = EmbeddedRegistry.inMemory();
        RegistryServer server = RegistryServer.start(registry)) {
      ModelLayerRegistry layers = ModelLayerClient.at(server.url().toString());
      layers.create(
          new ModelLayer(
              digests.md5(), "gpt2", "registry://decoder", url.toString(), List.of(), 0, 1));

      ModelLayer found = layers.query(Filter.eq("model_asset_id", "gpt2")).get(0);
      System.out.println("stored at " + found.modelLayerPublicUrl());
      store.get(found.modelLayerHash(), copy);
      System.out.println("fetched intact: " + new LayerHash().digests(copy).equals(digests));
    }
  }
}
