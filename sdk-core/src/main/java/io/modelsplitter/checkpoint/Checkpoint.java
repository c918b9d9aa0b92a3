package io.modelsplitter.checkpoint;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.file.ByteSource;
import io.modelsplitter.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A checkpoint on the disk: its tensors and where they are. The tensors themselves stay there.
 *
 * @param tensors by name
 * @param aliases names that stand for a stored tensor, as a writer leaves them in {@code
 *     __metadata__} when two names share one tensor
 * @param config {@code config.json}; empty for a bare file
 * @param companions what a model needs beside its tensors to run: {@code config.json} and the
 *     tokenizer's files
 */
public record Checkpoint(
    Map<String, Tensor> tensors,
    Map<String, String> aliases,
    Map<String, Object> config,
    List<Path> companions) {

  private static final long MAX_JSON = 64L << 20;

  /** Copies the collections; the order of the maps is kept. */
  public Checkpoint {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    aliases = Collections.unmodifiableMap(new LinkedHashMap<>(aliases));
    config = Json.copyOf("config.json", config);
    companions = List.copyOf(companions);
  }

  /**
   * Opens a checkpoint: a {@code .safetensors} file, or a folder with one, or a folder with {@code
   * model.safetensors.index.json} and its files.
   *
   * @throws BadInputException says what is wrong with which file
   * @throws IOException when a file cannot be read
   */
  public static Checkpoint open(Path path) throws IOException {
    return Files.isDirectory(path) ? CheckpointFolder.open(path) : openFile(path);
  }

  private static Checkpoint openFile(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new BadInputException(file + " is not a file or folder");
    }
    SafetensorsHeader header = SafetensorsFile.header(ByteSource.of(file));
    return new Checkpoint(header.tensors(), header.metadata(), Map.of(), List.of());
  }

  static Map<String, Object> json(Path file) throws IOException {
    if (Files.size(file) > MAX_JSON) {
      throw new BadInputException(file + " has more than " + MAX_JSON + " bytes");
    }
    return Json.parseObject(file.toString(), Files.readAllBytes(file));
  }
}
