package io.modelsplitter.examples.cli;

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
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists the stored layers that nobody names, or removes them. */
@Command(
    name = "gc",
    description = {
      "Lists the stored layers that no record and no block names, or removes them.",
      "Files that are not named by a hash are left alone. The environment says where: LAYER_STORE_URL,"
          + " MODEL_LAYERS_REGISTRY_URL, BLOCK_DB_URL, MODEL_SPLITTER_TOKEN."
    })
final class GcCommand extends ToolCommand {
  @Option(names = "--delete", description = "Remove them; without it they are only listed.")
  private boolean delete;

  @Option(
      names = "--force",
      description =
          "Remove them also where the registry has no layer at all, so that every layer goes.")
  private boolean force;

  @Option(
      names = "--grace-hours",
      paramLabel = "N",
      defaultValue = "24",
      description =
          "Leave what is younger: a job stores a layer before it registers it. Default: 24.")
  private int graceHours;

  GcCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  public Integer call() throws IOException {
    if (graceHours < 0) {
      throw new BadInputException("--grace-hours must be 0 or more, not " + graceHours);
    }
    Map<String, String> environment = surroundings().environment();
    Results results = surroundings().results();
    LayerStore store = LayerStore.from(environment);
    UnusedLayers unused =
        new UnusedLayers(store, ModelLayerClient.from(environment), Blocks.from(environment));
    if (delete && !force && !unused.hasRecords()) {
      throw new BadInputException(
          "the registry has no layer at all, so every layer of the store would be removed; look at"
              + " MODEL_LAYERS_REGISTRY_URL, or give --force");
    }
    List<StoredFile> found = unused.olderThan(Instant.now().minus(Duration.ofHours(graceHours)));
    int files = 0;
    long bytes = 0;
    for (StoredFile file : found) {
      if (!delete || unused.delete(file)) {
        results.row("%s  %d  %s", file.modified(), file.bytes(), file.name());
        files++;
        bytes += file.bytes();
      }
    }
    results.row(
        "%d layers, %d bytes %s",
        files, bytes, delete ? "removed" : "can go; --delete removes them");
    return ModelSplitterTool.EXIT_DONE;
  }
}
