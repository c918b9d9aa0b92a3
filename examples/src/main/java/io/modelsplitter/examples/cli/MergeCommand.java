package io.modelsplitter.examples.cli;

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
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Merges what a {@code registry.json} names, of the split command or of a job. */
@Command(
    name = "merge",
    description = {
      "Merges the files of a split into one checkpoint.",
      "Prints the file with its MD5, as md5sum does."
    })
final class MergeCommand extends ToolCommand {
  private static final Pattern MD5 = Pattern.compile("[0-9a-f]{32}");

  @Parameters(paramLabel = "REGISTRY.JSON", description = "What the split left behind.")
  private Path registry = Path.of("registry.json");

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "The merged .safetensors or .gguf file.")
  private Path out = Path.of("model.safetensors");

  @Mixin private final WorkOptions works = new WorkOptions();

  MergeCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  public Integer call() throws IOException {
    Map<String, Object> result;
    try (InputStream in = new BufferedInputStream(Files.newInputStream(registry))) {
      result = Json.parseFields(registry.toString(), in, Set.of("layers", "files"));
    }
    if (!(result.get("layers") instanceof List<?> layers)) {
      throw new BadInputException(registry + " has no layers; it is of no split");
    }
    Path work = works.makeBeside(out);
    try (Progress progress = progress()) {
      List<PartFile> files = new ArrayList<>();
      for (Object layer : layers) {
        if (layer instanceof Map<?, ?> map && !"manifest".equals(map.get("label"))) {
          files.add(part(map, work.resolve("part-" + files.size()), progress));
        }
      }
      if (result.get("files") instanceof List<?> companions) {
        for (Object companion : companions) {
          if (companion instanceof Map<?, ?> map && "metadata.gguf".equals(map.get("name"))) {
            String md5 = md5(map.get("md5"), map);
            files.add(
                new PartFile(
                    0, find(map, map.get("url"), work.resolve("metadata.gguf"), progress), md5));
          }
        }
      }
      progress.begin("merging", 2 * bytes(files)); // they are hashed first
      FileDigests digests = new CheckpointMerge().merge(registry, files, out, progress::add);
      progress.end("merged %d files, %s,".formatted(files.size(), Amounts.bytes(digests.bytes())));
      surroundings().results().exactly(HashLine.of(digests.md5(), out.toString()));
      return ModelSplitterTool.EXIT_DONE;
    } finally {
      Folders.delete(work);
    }
  }

  private static long bytes(List<PartFile> files) throws IOException {
    long bytes = 0;
    for (PartFile file : files) {
      bytes += Files.exists(file.file()) ? Files.size(file.file()) : 0;
    }
    return bytes;
  }

  private PartFile part(Map<?, ?> layer, Path download, Progress progress) throws IOException {
    String hash = md5(layer.get("model_layer_hash"), layer);
    if (!(layer.get("model_layer_rank") instanceof Integer rank)) {
      throw new BadInputException(registry + " has a layer without a rank: " + Json.show(layer));
    }
    return new PartFile(
        rank, find(layer, layer.get("model_layer_public_url"), download, progress), hash);
  }

  private String md5(@Nullable Object value, Map<?, ?> of) {
    if (value instanceof String text && MD5.matcher(text).matches()) {
      return text;
    }
    throw new BadInputException(registry + " has a file without an MD5: " + Json.show(of));
  }

  /** A device or a pipe may have no end. */
  private Path file(Path path) {
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw new BadInputException(registry + " names what is no file: " + path);
    }
    return path;
  }

  /**
   * The file that names them may come from anywhere: of a name its last part counts, beside that
   * file; nothing in it becomes a path that is written; and what is read must have its MD5.
   */
  private Path find(Map<?, ?> entry, @Nullable Object url, Path download, Progress progress)
      throws IOException {
    try {
      if (entry.get("file") instanceof String name) {
        Path plain = Path.of(name).getFileName();
        return file(registry.toAbsolutePath().resolveSibling(String.valueOf(plain)));
      }
      String text = String.valueOf(url);
      if (text.startsWith("file:")) {
        return file(Path.of(URI.create(text)));
      }
      progress.begin("downloading " + FileDownloader.shown(text), 0);
      FileDownloader downloader = FileDownloader.fromEnvironment(progress::downloaded);
      FileDigests unused = downloader.fetch(text, download);
      return download;
    } catch (IllegalArgumentException e) { // of a URL, or of a path
      throw new BadInputException(
          "%s names a file that cannot be one, in %s: %s"
              .formatted(registry, Json.show(entry), e.getMessage()),
          e);
    }
  }
}
