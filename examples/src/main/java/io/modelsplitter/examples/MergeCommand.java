package io.modelsplitter.examples;

import io.modelsplitter.checkpoint.CheckpointMerge;
import io.modelsplitter.checkpoint.PartFile;
import io.modelsplitter.checkpoint.Shard;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.file.FileDigests;
import io.modelsplitter.file.FileDownloader;
import io.modelsplitter.file.Folders;
import io.modelsplitter.json.Json;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Merges what a {@code registry.json} names, of the split command or of a job. */
@Command(
    name = "merge",
    mixinStandardHelpOptions = true,
    description = "Merges the files of a split into one checkpoint.")
final class MergeCommand implements Callable<Integer> {

  @Parameters(paramLabel = "REGISTRY.JSON", description = "What the split left behind.")
  private Path registry = Path.of("registry.json");

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "The merged .safetensors or .gguf file.")
  private Path out = Path.of("model.safetensors");

  @Override
  public Integer call() throws IOException {
    Map<String, Object> result =
        Json.parseObject(registry.toString(), Files.readAllBytes(registry));
    if (!(result.get("layers") instanceof List<?> layers)
        || !(result.get("plan") instanceof Map<?, ?> plan)) {
      throw new BadInputException(registry + " has no layers and plan; it is of no split");
    }
    Path work = Files.createTempDirectory("checkpoint");
    try {
      List<PartFile> files = new ArrayList<>();
      for (Object layer : layers) {
        if (layer instanceof Map<?, ?> map && !"manifest".equals(map.get("label"))) {
          files.add(part(map, work));
        }
      }
      @SuppressWarnings("unchecked") // JSON has no other keys
      Map<String, Object> fields = (Map<String, Object>) plan;
      FileDigests digests = new CheckpointMerge().merge(fields, files, out);
      System.out.printf("%s  %s%n", digests.md5(), out);
      return 0;
    } finally {
      Folders.delete(work);
    }
  }

  private PartFile part(Map<?, ?> layer, Path work) throws IOException {
    if (!(layer.get("model_layer_rank") instanceof Integer rank)
        || !(layer.get("model_layer_hash") instanceof String hash)) {
      throw new BadInputException(registry + " has the layer " + Json.show(layer));
    }
    Object label = layer.get("label");
    String name = rank + "-" + (label instanceof String text ? text : Shard.WHOLE);
    return new PartFile(rank, find(layer, work.resolve(name)), hash);
  }

  private Path find(Map<?, ?> layer, Path target) throws IOException {
    if (layer.get("file") instanceof String name) {
      Path plain = Path.of(name).getFileName();
      return registry.toAbsolutePath().resolveSibling(String.valueOf(plain));
    }
    String url = String.valueOf(layer.get("model_layer_public_url"));
    if (url.startsWith("file:")) {
      return Path.of(URI.create(url));
    }
    FileDigests unused = FileDownloader.fromEnvironment().fetch(url, target);
    return target;
  }
}
