package io.modelsplitter.checkpoint;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A folder as Hugging Face's libraries write it. */
final class CheckpointFolder {
  static final String INDEX = "model.safetensors.index.json";

  private static final String CONFIG = "config.json";

  private CheckpointFolder() {}

  static Checkpoint open(Path folder) throws IOException {
    DiskFolder found = DiskFolder.of(folder);
    if (found.files().isEmpty()) {
      Path only = onlyFolderIn(folder);
      if (only != null) {
        return open(only); // an archive often holds one folder that holds the model
      }
    }
    return open(found);
  }

  /** A folder that has everything but the weights. */
  static Checkpoint open(Path folder, WeightFiles weights) throws IOException {
    DiskFolder found = DiskFolder.of(folder, weights);
    List<String> shards =
        found.names().contains(INDEX)
            ? weightMap(found).values().stream().distinct().toList()
            : List.of("model.safetensors");
    return safetensors(found, shards);
  }

  static Checkpoint open(ModelFolder folder) throws IOException {
    Optional<String> gguf = gguf(folder);
    return gguf.isPresent()
        ? GgufSplitSet.open(gguf.get(), folder::gguf, folder.companions())
        : safetensors(folder, shards(folder));
  }

  private static Checkpoint safetensors(ModelFolder folder, List<String> shards)
      throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    Map<String, String> aliases = new LinkedHashMap<>();
    for (String file : shards) {
      SafetensorsHeader header = folder.safetensors(file);
      header
          .tensors()
          .forEach(
              (name, tensor) -> {
                if (tensors.put(name, tensor) != null) {
                  throw new BadInputException(
                      folder.name() + " has the tensor " + Json.show(name) + " in two files");
                }
              });
      aliases.putAll(header.metadata());
    }
    boolean hasConfig = folder.names().contains(CONFIG);
    if (folder.names().contains(INDEX)) {
      checkIndex(folder, tensors);
    }
    return new Checkpoint(
        tensors, aliases, hasConfig ? folder.json(CONFIG) : Map.of(), folder.companions());
  }

  private static @Nullable Path onlyFolderIn(Path folder) throws IOException {
    try (Stream<Path> list = Files.list(folder)) {
      List<Path> folders = list.filter(Files::isDirectory).limit(2).toList();
      return folders.size() == 1 ? folders.get(0) : null;
    }
  }

  /** The first GGUF file, where there is no safetensors file. */
  private static Optional<String> gguf(ModelFolder folder) {
    List<String> names = folder.names();
    List<String> found = names.stream().filter(name -> name.endsWith(".gguf")).toList();
    if (found.isEmpty() || names.stream().anyMatch(name -> name.endsWith(".safetensors"))) {
      return Optional.empty();
    }
    long sets = found.stream().map(it -> it.replaceFirst("-\\d{5}-of-", "-")).distinct().count();
    if (sets > 1) {
      throw new BadInputException(
          folder.name() + " has several GGUF models, such as " + found.get(0) + "; name one file");
    }
    return Optional.of(found.get(0));
  }

  private static List<String> shards(ModelFolder folder) throws IOException {
    List<String> names = folder.names();
    if (names.contains(INDEX)) {
      List<String> shards = weightMap(folder).values().stream().distinct().toList();
      Set<String> there = Set.copyOf(names);
      for (String file : shards) {
        if (!there.contains(file)) {
          throw new BadInputException(
              "%s of %s names the file %s, which is not there"
                  .formatted(INDEX, folder.name(), file));
        }
      }
      return shards;
    }
    List<String> found = names.stream().filter(it -> it.endsWith(".safetensors")).toList();
    if (found.size() == 1) {
      return found;
    }
    if (found.size() > 1) {
      throw new BadInputException(
          folder.name() + " has " + found.size() + " .safetensors files but no " + INDEX);
    }
    for (String name : names) {
      FileKind.refusePickleByName(folder.name() + "/" + name);
    }
    throw new BadInputException(folder.name() + " has no .safetensors file");
  }

  /** Tensor names to file names, which come from outside and must not lead out of the folder. */
  private static Map<String, String> weightMap(ModelFolder folder) throws IOException {
    if (!(folder.json(INDEX).get("weight_map") instanceof Map<?, ?> map) || map.isEmpty()) {
      throw new BadInputException(INDEX + " of " + folder.name() + " has no weight_map");
    }
    Map<String, String> files = new LinkedHashMap<>();
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      if (!(entry.getValue() instanceof String file)
          || !file.matches("[A-Za-z0-9_-][A-Za-z0-9._-]{0,254}")) {
        throw new BadInputException(
            "%s of %s names the file %s, not a plain file name"
                .formatted(INDEX, folder.name(), Json.show(entry.getValue())));
      }
      files.put((String) entry.getKey(), file);
    }
    return files;
  }

  private static void checkIndex(ModelFolder folder, Map<String, Tensor> tensors)
      throws IOException {
    Map<String, String> weightMap = weightMap(folder);
    for (Map.Entry<String, String> entry : weightMap.entrySet()) {
      Tensor tensor = tensors.get(entry.getKey());
      if (tensor == null || !FileKind.lastName(tensor.source().name()).equals(entry.getValue())) {
        throw new BadInputException(
            "%s says that %s has the tensor %s, but it has not"
                .formatted(INDEX, entry.getValue(), Json.show(entry.getKey())));
      }
    }
    Set<String> unlisted = new TreeSet<>(tensors.keySet());
    unlisted.removeAll(weightMap.keySet());
    if (!unlisted.isEmpty()) {
      throw new BadInputException(
          INDEX + " does not list the tensor " + Json.show(unlisted.iterator().next()));
    }
  }
}
