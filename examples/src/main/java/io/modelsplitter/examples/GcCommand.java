package io.modelsplitter.examples;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.registry.client.Blocks;
import io.modelsplitter.registry.client.ModelLayerClient;
import io.modelsplitter.storage.LayerStore;
import io.modelsplitter.storage.StoredFile;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists the stored layers that nobody names, or removes them. */
@Command(
    name = "gc",
    mixinStandardHelpOptions = true,
    description =
        "Lists the layers in a store that no record and no block names, and removes them when told"
            + " to. Files that are not named by a hash are left alone. The environment says where:"
            + " LAYER_STORE_URL, MODEL_LAYERS_REGISTRY_URL, BLOCK_DB_URL, MODEL_SPLITTER_TOKEN.")
final class GcCommand implements Callable<Integer> {
  private final Map<String, String> environment;

  @Option(names = "--delete", description = "Remove them; without it they are only listed.")
  private boolean delete;

  @Option(
      names = "--grace-hours",
      paramLabel = "N",
      defaultValue = "24",
      description =
          "Leave what is younger: a job stores a layer before it registers it. Default: 24.")
  private int graceHours;

  static GcCommand fromEnvironment() {
    return new GcCommand(System.getenv());
  }

  GcCommand(Map<String, String> environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() throws IOException {
    if (graceHours < 0) {
      throw new BadInputException("--grace-hours must be 0 or more, not " + graceHours);
    }
    LayerStore store = LayerStore.from(environment);
    UnusedLayers unused =
        new UnusedLayers(store, ModelLayerClient.from(environment), Blocks.from(environment));
    List<StoredFile> found = unused.olderThan(Instant.now().minus(Duration.ofHours(graceHours)));
    int files = 0;
    long bytes = 0;
    for (StoredFile file : found) {
      if (!delete || unused.delete(file)) {
        System.out.printf("%s  %d  %s%n", file.modified(), file.bytes(), file.name());
        files++;
        bytes += file.bytes();
      }
    }
    System.out.printf(
        "%d layers, %d bytes %s%n",
        files, bytes, delete ? "removed" : "can go; --delete removes them");
    return 0;
  }
}
