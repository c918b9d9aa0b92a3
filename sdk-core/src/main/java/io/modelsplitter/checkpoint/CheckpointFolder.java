package io.modelsplitter.checkpoint;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.file.ByteSource;
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
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A folder as Hugging Face's libraries write it. */
final class CheckpointFolder {
  private static final String INDEX = "model.safetensors.index.json";

  private static final Pattern COMPANION =
      Pattern.compile(
          "config\\.json|generation_config\\.json|tokenizer.*\\.(json|model)|vocab\\.(json|txt)"
              + "|merges\\.txt|special_tokens_map\\.json|added_tokens\\.json|spiece\\.model"
              + "|chat_template\\.(json|jinja)");

  private CheckpointFolder() {}

  static Checkpoint open(Path folder) throws IOException {
    List<Path> files = files(folder);
    if (files.isEmpty()) {
      Path only = onlyFolderIn(folder);
      if (only != null) {
        return open(only); // an archive often holds one folder that holds the model
      }
    }
    List<Path> companions =
        files.stream().filter(file -> COMPANION.matcher(name(file)).matches()).toList();
    Optional<Path> gguf = gguf(folder, files);
    if (gguf.isPresent()) {
      return GgufSplitSet.open(
          name(gguf.get()), name -> ByteSource.of(folder.resolve(name)), companions);
    }
    return safetensors(
        folder, shards(folder, files), name -> ByteSource.of(folder.resolve(name)), companions);
  }

  /** A folder that has everything but the weights. */
  static Checkpoint open(Path folder, WeightFiles weights) throws IOException {
    List<Path> companions =
        files(folder).stream().filter(file -> COMPANION.matcher(name(file)).matches()).toList();
    List<String> shards =
        Files.isRegularFile(folder.resolve(INDEX))
            ? weightMap(folder).values().stream().distinct().toList()
            : List.of("model.safetensors");
    return safetensors(folder, shards, weights, companions);
  }

  private static Checkpoint safetensors(
      Path folder, List<String> shards, WeightFiles weights, List<Path> companions)
      throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    Map<String, String> aliases = new LinkedHashMap<>();
    for (String file : shards) {
      SafetensorsHeader header = SafetensorsFile.header(weights.find(file));
      header
          .tensors()
          .forEach(
              (name, tensor) -> {
                if (tensors.put(name, tensor) != null) {
                  throw new BadInputException(
                      folder + " has the tensor " + Json.show(name) + " in two files");
                }
              });
      aliases.putAll(header.metadata());
    }
    checkIndex(folder, tensors);
    Path config = folder.resolve("config.json");
    return new Checkpoint(
        tensors,
        aliases,
        Files.isRegularFile(config) ? Checkpoint.json(config) : Map.of(),
        companions);
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> list = Files.list(folder)) {
      return list.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static @Nullable Path onlyFolderIn(Path folder) throws IOException {
    try (Stream<Path> list = Files.list(folder)) {
      List<Path> folders = list.filter(Files::isDirectory).limit(2).toList();
      return folders.size() == 1 ? folders.get(0) : null;
    }
  }

  /** The first GGUF file, where there is no safetensors file. */
  private static Optional<Path> gguf(Path folder, List<Path> files) {
    List<Path> found = files.stream().filter(file -> name(file).endsWith(".gguf")).toList();
    if (found.isEmpty() || files.stream().anyMatch(it -> name(it).endsWith(".safetensors"))) {
      return Optional.empty();
    }
    long sets =
        found.stream().map(it -> name(it).replaceFirst("-\\d{5}-of-", "-")).distinct().count();
    if (sets > 1) {
      throw new BadInputException(
          folder + " has several GGUF models, such as " + name(found.get(0)) + "; name one file");
    }
    return Optional.of(found.get(0));
  }

  private static List<String> shards(Path folder, List<Path> files) throws IOException {
    if (Files.isRegularFile(folder.resolve(INDEX))) {
      List<String> shards = weightMap(folder).values().stream().distinct().toList();
      for (String file : shards) {
        if (!Files.isRegularFile(folder.resolve(file))) {
          throw new BadInputException(
              folder.resolve(INDEX) + " names the file " + file + ", which is not there");
        }
      }
      return shards;
    }
    List<String> found =
        files.stream()
            .map(CheckpointFolder::name)
            .filter(it -> it.endsWith(".safetensors"))
            .toList();
    if (found.size() == 1) {
      return found;
    }
    if (found.size() > 1) {
      throw new BadInputException(
          folder + " has " + found.size() + " .safetensors files but no " + INDEX);
    }
    for (Path file : files) {
      FileKind.refusePickleByName(file.toString());
    }
    throw new BadInputException(folder + " has no .safetensors file");
  }

  /** Tensor names to file names, which come from outside and must not lead out of the folder. */
  private static Map<String, String> weightMap(Path folder) throws IOException {
    Path index = folder.resolve(INDEX);
    if (!(Checkpoint.json(index).get("weight_map") instanceof Map<?, ?> map) || map.isEmpty()) {
      throw new BadInputException(index + " has no weight_map");
    }
    Map<String, String> files = new LinkedHashMap<>();
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      if (!(entry.getValue() instanceof String file) || !file.matches("[A-Za-z0-9._-]{1,255}")) {
        throw new BadInputException(
            index + " names the file " + Json.show(entry.getValue()) + ", not a plain file name");
      }
      files.put((String) entry.getKey(), file);
    }
    return files;
  }

  private static void checkIndex(Path folder, Map<String, Tensor> tensors) throws IOException {
    if (!Files.isRegularFile(folder.resolve(INDEX))) {
      return;
    }
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

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }
}
