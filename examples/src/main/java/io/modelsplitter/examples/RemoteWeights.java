package io.modelsplitter.examples;

import io.modelsplitter.checkpoint.Checkpoint;
import io.modelsplitter.checkpoint.WeightFiles;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.file.ByteSource;
import io.modelsplitter.file.FileDigests;
import io.modelsplitter.file.FileDownloader;
import io.modelsplitter.file.MissingFileException;
import io.modelsplitter.file.NoRangesException;
import io.modelsplitter.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model whose weights stay on their server, and are read in ranges. Of a server that sends none,
 * they are downloaded.
 *
 * @param url a {@code .safetensors} or {@code .gguf} file, {@code model.safetensors.index.json}, or
 *     a folder, which ends with a slash
 * @param downloader reaches it
 */
record RemoteWeights(String url, FileDownloader downloader) {
  private static final Logger log = LoggerFactory.getLogger(RemoteWeights.class);

  private static final String INDEX = "model.safetensors.index.json";

  /** What a model may have beside its weights. */
  private static final List<String> COMPANIONS =
      List.of(
          "config.json",
          "generation_config.json",
          "tokenizer.json",
          "tokenizer_config.json",
          "tokenizer.model",
          "special_tokens_map.json",
          "added_tokens.json",
          "chat_template.json",
          "chat_template.jinja",
          "spiece.model",
          "vocab.json",
          "vocab.txt",
          "merges.txt");

  /** Whether the URL names more than one file. */
  static boolean isSet(String url) {
    String path = path(url);
    return path.endsWith("/") || path.endsWith("/" + INDEX) || path.matches(".*-of-\\d{5}\\.gguf");
  }

  static RemoteWeights of(String url) {
    return new RemoteWeights(url, FileDownloader.fromEnvironment());
  }

  private static String path(String url) {
    return url.replaceFirst("[?#].*", "");
  }

  private String name() {
    return path(url).replaceFirst(".*/", "");
  }

  private boolean isFolder() {
    return name().isEmpty() || name().equals(INDEX);
  }

  /** The URL of a file in the same place, with the same query. */
  private String beside(String name) {
    String path = path(url);
    return path.substring(0, path.lastIndexOf('/') + 1) + name + url.substring(path.length());
  }

  /** Brings what is small and not weights to a folder; answers what tells the weights apart. */
  LocalModel fetch(Path folder) throws IOException {
    Files.createDirectories(folder);
    if (isFolder()) {
      for (String name : COMPANIONS) {
        fetchIfThere(name, folder);
      }
      fetchIfThere(INDEX, folder);
    }
    Map<String, Object> versions = new LinkedHashMap<>();
    Checkpoint unused =
        open(folder, versions); // its headers are right, before anything else is done
    return LocalModel.ofFolder(folder).withWeights(url, versions);
  }

  private void fetchIfThere(String name, Path folder) throws IOException {
    try {
      downloader.fetch(beside(name), folder.resolve(name));
    } catch (MissingFileException e) {
      log.info("{}", e.getMessage());
    } catch (BadInputException e) { // S3 says this of what is not there to who may not list
      log.warn("{}; the model is split without it", e.getMessage());
    }
  }

  /** The checkpoint, of which the headers are read. */
  Checkpoint open(Path folder) throws IOException {
    return open(folder, new LinkedHashMap<>());
  }

  private Checkpoint open(Path folder, Map<String, Object> versions) throws IOException {
    WeightFiles files =
        name -> {
          Path local = local(folder, name);
          if (!Files.isRegularFile(local)) { // an earlier attempt may have had to download it
            try {
              ByteSource source = downloader.open(beside(name));
              versions.put(name, source.version());
              return source;
            } catch (NoRangesException e) {
              log.warn("{}, which is done", e.getMessage());
              FileDigests unused = downloader.fetch(beside(name), local);
            }
          }
          return ByteSource.of(local);
        };
    return isFolder() ? Checkpoint.open(folder, files) : Checkpoint.open(name(), files);
  }

  /** Names come from outside; in a place of their own they take nobody else's. */
  private static Path local(Path folder, String name) {
    if (!name.matches("[A-Za-z0-9_-][A-Za-z0-9._-]{0,254}")) {
      throw new BadInputException("a file with weights cannot be called " + Json.show(name));
    }
    return folder.resolve("weights").resolve(name);
  }

  /** Whether the files on the server are those that they were. */
  boolean isIntact(Map<String, Object> versions) throws IOException {
    for (Map.Entry<String, Object> file : versions.entrySet()) {
      if (!downloader.open(beside(file.getKey())).version().equals(file.getValue())) {
        return false;
      }
    }
    return true;
  }
}
