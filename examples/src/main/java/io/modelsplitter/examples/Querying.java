package io.modelsplitter.examples;

import io.modelsplitter.error.VersionConflictException;
import io.modelsplitter.query.Filter;
import io.modelsplitter.query.Update;
import io.modelsplitter.registry.Explanation;
import io.modelsplitter.registry.ModelLayer;
import io.modelsplitter.registry.ModelLayerRegistry;
import io.modelsplitter.registry.Query;
import io.modelsplitter.registry.Stored;
import io.modelsplitter.registry.client.ModelLayerClient;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import io.modelsplitter.registry.http.RegistryServer;
import java.util.List;
import java.util.Map;

/**
 * Asks a registry and changes what is in it, over HTTP: filters, an order and a limit, updates, a
 * change that must not overwrite somebody else's, and how a query is answered. {@code
 * sdk-core/QUERIES.md} has the whole language.
 *
 * <pre>java -cp examples/target/quickstart.jar io.modelsplitter.examples.Querying</pre>
 */
public final class Querying {

  private Querying() {}

  /** Registers eight layers of two models, and prints what it asks and finds. */
  public static void main(String[] args) {
    try (EmbeddedRegistry registry = EmbeddedRegistry.inMemory();
        RegistryServer server = RegistryServer.start(registry)) {
      ModelLayerRegistry layers = ModelLayerClient.at(server.url().toString());
      for (int rank = 0; rank < 8; rank++) {
        layers.createAll(List.of(layer(rank < 4 ? "llama" : "gpt2", rank % 4)));
      }
      ask(layers);
      change(layers);
    }
  }

  private static void ask(ModelLayerRegistry layers) {
    Filter filter =
        Filter.eq("model_asset_id", "gpt2").and(Filter.gte("model_layer_metadata.megabytes", 20));
    Query query = Query.of(filter).sort(new Query.Sort("model_layer_rank", true)).limit(2);
    layers.query(query, layer -> System.out.println("found " + layer.modelLayerHash()));

    Filter onTheWire = Filter.parse(Map.of("model_layer_metadata.precision", Map.of("$ne", 16)));
    System.out.println("another precision than 16: " + layers.query(onTheWire).size());

    Query both = Query.of(filter.and(onTheWire));
    for (Explanation.Clause clause : layers.explain(both).clauses()) {
      System.out.println(clause.answeredBy() + " " + clause.filter().toMap() + ": " + clause.why());
    }
  }

  private static void change(ModelLayerRegistry layers) {
    Stored<ModelLayer> read = layers.get("gpt2-0");
    Update used =
        Update.inc("model_layer_metadata.0.uses", 1)
            .and(Update.set("model_layer_public_url", "https://example.com/v2/gpt2-0"));
    Stored<ModelLayer> changed = layers.update("gpt2-0", used, read.version());
    System.out.println("version " + changed.version() + ": " + changed.value());
    try {
      layers.update("gpt2-0", used, read.version()); // If-Match: the version that was read
    } catch (VersionConflictException e) {
      System.out.println("refused: " + e.getMessage());
    }
  }

  private static ModelLayer layer(String asset, int rank) {
    Map<String, Object> metadata =
        Map.of("precision", rank == 3 ? 8 : 16, "megabytes", 10 * (rank + 1));
    return new ModelLayer(
        asset + "-" + rank,
        asset,
        "registry://component/decoder",
        "https://example.com/v1/" + asset + "-" + rank,
        List.of(metadata),
        rank,
        4);
  }
}
