package io.modelsplitter.examples.cli;

import io.modelsplitter.registry.ModelLayer;
import io.modelsplitter.registry.client.ModelLayerClient;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows the layers that a registry has. */
@Command(name = "layers", description = "Shows the model layers that a registry has, or one.")
final class LayersCommand extends ToolCommand {
  @Spec private @Nullable CommandSpec spec;

  @Mixin private final RegistryOptions registry = new RegistryOptions();

  @Mixin private final QueryOptions query = new QueryOptions();

  @Parameters(paramLabel = "HASH", arity = "0..1", description = "The one to show.")
  private @Nullable String hash;

  LayersCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  public Integer call() {
    ModelLayerClient layers =
        ModelLayerClient.from(
            registry.environment(surroundings().environment(), "MODEL_LAYERS_REGISTRY_URL"));
    Results results = surroundings().results();
    if (hash != null) {
      query.refuse(Objects.requireNonNull(spec));
      query.print(layers.get(hash).value().toMap(), results);
    } else if (query.isExplain()) {
      query.print(layers.explain(query.query()), results);
    } else {
      query.print(layers::query, rows(), results);
    }
    return ModelSplitterTool.EXIT_DONE;
  }

  private static Rows<ModelLayer> rows() {
    return new Rows<>(
        "%-32s  %4s  %5s  %-24s  %s",
        new Object[] {"HASH", "RANK", "RANKS", "MODEL", "URL"},
        layer ->
            new Object[] {
              layer.modelLayerHash(),
              layer.modelLayerRank(),
              layer.modelWorldSize(),
              layer.modelAssetId(),
              layer.modelLayerPublicUrl()
            },
        ModelLayer::toMap);
  }
}
