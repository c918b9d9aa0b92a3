package io.modelsplitter.examples;

import io.modelsplitter.query.Filter;
import io.modelsplitter.registry.ModelLayer;
import io.modelsplitter.registry.ModelLayerRegistry;
import io.modelsplitter.registry.client.ModelLayerClient;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import io.modelsplitter.registry.http.RegistryServer;
import java.util.List;
import java.util.Map;

/** The registries in memory, in process and over HTTP, as a test would have them. */
public final class EmbeddedRegistries {
  private static final ModelLayer LAYER =
      new ModelLayer(
          "0b3af2cbca26987622c6a8cde4e21230",
          "gpt2",
          "registry://component/decoder",
          "https://example.com/layers/0b3af2cb",
          List.of(Map.of("precision", "fp16")),
          0,
          4);

  private EmbeddedRegistries() {}

  /** Registers a layer in process, and finds it over HTTP. */
  public static void main(String[] args) {
    try (EmbeddedRegistry registry = EmbeddedRegistry.inMemory();
        RegistryServer server = RegistryServer.start(registry)) {
      registry.modelLayers().create(LAYER);
      ModelLayerRegistry remote = ModelLayerClient.at(server.url().toString());
      System.out.println(remote.query(Filter.eq("model_layer_metadata.precision", "fp16")));
    }
  }
}
