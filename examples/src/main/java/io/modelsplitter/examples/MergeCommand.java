package io.modelsplitter.examples;

import io.modelsplitter.checkpoint.CheckpointMerge;
import io.modelsplitter.checkpoint.PartFile;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.file.FileDigests;
import io.modelsplitter.file.FileDownloader;
import io.modelsplitter.file.Folders;
import io.modelsplitter.json.Json;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Merges what a {@code registry.json} names, of the split command or of a job. */
@Command(
    name = "merge",
    mixinStandardHelpOptions = true,
    description = "Merges the files of a split into one checkpoint.")
final class MergeCommand implements Callable<Integer> {
  private static final Pattern MD5 = Pattern.compile("[0-9a-f]{32}");

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
    Map<String, Object> result;
    try (InputStream in = new BufferedInputStream(Files.newInputStream(registry))) {
      result = Json.parseFields(registry.toString(), in, Set.of("layers", "files"));
    }
    if (!(result.get("layers") instanceof List<?> layers)) {
      throw new BadInputException(registry + " has no layers; it is of no split");
    }
    Path work = Files.createTempDirectory("checkpoint");
    try {
      List<PartFile> files = new ArrayList<>();
      for (Object layer : layers) {
        if (layer instanceof Map<?, ?> map && !"manifest".equals(map.get("label"))) {
          files.add(part(map, work.resolve("part-" + files.size())));
        }
      }
      if (result.get("files") instanceof List<?> companions) {
        for (Object companion : companions) {
          if (companion instanceof Map<?, ?> map && "metadata.gguf".equals(map.get("name"))) {
            String md5 = md5(map.get("md5"), map);
            files.add(
                new PartFile(0, find(map, map.get("url"), work.resolve("metadata.gguf")), md5));
          }
        }
      }
      FileDigests digests = new CheckpointMerge().merge(registry, files, out);
      System.out.printf("%s  %s%n", digests.md5(), out);
      return 0;
    } finally {
      Folders.delete(work);
    }
  }

  private PartFile part(Map<?, ?> layer, Path download) throws IOException {
    String hash = md5(layer.get("model_layer_hash"), layer);
    if (!(layer.get("model_layer_rank") instanceof Integer rank)) {
      throw new BadInputException(registry + " has a layer without a rank: " + Json.show(layer));
    }
    return new PartFile(rank, find(layer, layer.get("model_layer_public_url"), download), hash);
  }

  private String md5(@Nullable Object value, Map<?, ?> of) {
    if (value instanceof String text && MD5.matcher(text).matches()) {
      return text;
    }
    throw new BadInputException(registry + " has a file without an MD5: " + Json.show(of));
  }

  /** The file that names them may come from anywhere: nothing in it becomes a path of ours. */
  private Path find(Map<?, ?> entry, @Nullable Object url, Path download) throws IOException {
    try {
      if (entry.get("file") instanceof String name) {
        Path plain = Path.of(name).getFileName();
        return registry.toAbsolutePath().resolveSibling(String.valueOf(plain));
      }
      String text = String.valueOf(url);
      if (text.startsWith("file:")) {
        return Path.of(URI.create(text));
      }
      FileDigests unused = FileDownloader.fromEnvironment().fetch(text, download);
      return download;
    } catch (IllegalArgumentException e) { // of a URL, or of a path
      throw new BadInputException(
          "%s names a file that cannot be one, in %s: %s"
              .formatted(registry, Json.show(entry), e.getMessage()),
          e);
    }
  }
}
