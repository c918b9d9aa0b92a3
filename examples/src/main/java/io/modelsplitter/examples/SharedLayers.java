package io.modelsplitter.examples;

import io.modelsplitter.LayerRegistration;
import io.modelsplitter.LayerUse;
import io.modelsplitter.RegisteredLayer;
import io.modelsplitter.checkpoint.Checkpoint;
import io.modelsplitter.checkpoint.CheckpointSplitter;
import io.modelsplitter.checkpoint.Granularity;
import io.modelsplitter.checkpoint.ShardFile;
import io.modelsplitter.checkpoint.SplitPlan;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import io.modelsplitter.storage.LayerStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Two fine-tunes of one model share what training left alone: split layer by layer, the second one
 * stores and registers only what differs.
 *
 * <p>Takes a folder for the layers and two checkpoints, each a {@code .safetensors} file or a
 * folder:
 *
 * <pre>java -cp examples/target/quickstart.jar io.modelsplitter.examples.SharedLayers LAYERS A B
 * </pre>
 */
public final class SharedLayers {

  private SharedLayers() {}

  /** Splits both; says of each layer whether it was there already. */
  public static void main(String[] args) throws IOException {
    if (args.length != 3) {
      throw new BadInputException("give a folder for the layers and two checkpoints");
    }
    Path work = Files.createDirectories(Path.of(args[0], "work"));
    LayerStore store = LayerStore.directory(Path.of(args[0]));
    try (EmbeddedRegistry registry = EmbeddedRegistry.inMemory()) {
      LayerRegistration layers = new LayerRegistration(registry.modelLayers());
      for (Path model : new Path[] {Path.of(args[1]), Path.of(args[2])}) {
        SplitPlan plan = SplitPlan.pipeline(Checkpoint.open(model), 1);
        for (ShardFile piece :
            new CheckpointSplitter().split(plan, plan.shards(Granularity.LAYER), work)) {
          RegisteredLayer layer =
              layers.findOrRegister(
                  piece.file(),
                  "registry://component/layer",
                  new LayerUse(model.toString(), 0, 1),
                  Map.of("label", piece.shard().label()),
                  (file, digests) -> store.put(file, digests.md5() + ".safetensors"));
          String what = layer.reused() ? "reused" : "new";
          System.out.println(model + " " + piece.shard().label() + " " + what);
        }
      }
    }
  }
}
