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
import java.util.Optional;

/**
 * A checkpoint on the disk: its tensors and where they are. The tensors themselves stay there.
 *
 * @param tensors by name
 * @param aliases names that stand for a stored tensor, as a writer leaves them in {@code
 *     __metadata__} when two names share one tensor
 * @param config {@code config.json}; empty for a bare file
 * @param companions what a model needs beside its tensors to run: {@code config.json} and the
 *     tokenizer's files
 * @param gguf the key-values of a GGUF file; empty for safetensors
 */
public record Checkpoint(
    Map<String, Tensor> tensors,
    Map<String, String> aliases,
    Map<String, Object> config,
    List<Path> companions,
    Optional<GgufMetadata> gguf) {

  private static final long MAX_JSON = 64L << 20;

  /**
   * Copies the collections; the order of the maps is kept.
   *
   * @param tensors see {@link #tensors}
   * @param aliases see {@link #aliases}
   * @param config see {@link #config}
   * @param companions see {@link #companions}
   * @param gguf see {@link #gguf}
   */
  public Checkpoint {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    aliases = Collections.unmodifiableMap(new LinkedHashMap<>(aliases));
    config = Json.copyOf("config.json", config);
    companions = List.copyOf(companions);
  }

  /**
   * A checkpoint of safetensors files.
   *
   * @param tensors by their names
   * @param aliases names of tensors that are another one under its name
   * @param config the object of {@code config.json}; empty where there is none
   * @param companions files that belong to the model beside its weights
   */
  public Checkpoint(
      Map<String, Tensor> tensors,
      Map<String, String> aliases,
      Map<String, Object> config,
      List<Path> companions) {
    this(tensors, aliases, config, companions, Optional.empty());
  }

  /**
   * Opens a checkpoint: a {@code .safetensors} file, or a folder with one, or a folder with {@code
   * model.safetensors.index.json} and its files; a {@code .gguf} file, one of a split set of them,
   * or a folder with either.
   *
   * @param path a file or a folder that stays as it is while the checkpoint is used
   * @return the checkpoint; its headers are read, its tensors are not
   * @throws BadInputException says what is wrong with which file
   * @throws IOException when a file cannot be read
   */
  public static Checkpoint open(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      return CheckpointFolder.open(path);
    }
    if (!Files.isRegularFile(path)) {
      throw new BadInputException(path + " is not a file or folder");
    }
    return open(
        String.valueOf(path.getFileName()), name -> ByteSource.of(path.resolveSibling(name)));
  }

  /**
   * As {@link #open(Path)}, of a folder whose weights are elsewhere, such as on a server: of them
   * the headers are read. The folder has {@code config.json}, the tokenizer's files, and the index
   * of a sharded checkpoint.
   *
   * @param folder has everything but the weights
   * @param weights where the weights are
   * @return the checkpoint
   * @throws IOException when a file cannot be read
   */
  public static Checkpoint open(Path folder, WeightFiles weights) throws IOException {
    return CheckpointFolder.open(folder, weights);
  }

  /**
   * As {@link #open(Path)}, of an archive that is not unpacked: it is read through once, and
   * nothing is written. So it can be planned how it would be split; its tensors cannot be read, and
   * it has no companions.
   *
   * @param archive a {@code .zip}, {@code .tar}, {@code .tar.gz} or {@code .tgz} file
   * @return the checkpoint, for planning only
   * @throws IOException when the archive cannot be read
   * @throws BadInputException also when the archive is damaged, or holds what {@link
   *     io.modelsplitter.file.Archives#extract} refuses
   */
  public static Checkpoint openArchive(Path archive) throws IOException {
    return CheckpointFolder.open(ArchiveFolder.read(archive));
  }

  /**
   * As {@link #open(Path)}, of one file, or a split set of GGUF files.
   *
   * @param name its name, or one of the set's
   * @param files where the file, or the set, is
   * @return the checkpoint
   * @throws IOException when a file cannot be read
   */
  public static Checkpoint open(String name, WeightFiles files) throws IOException {
    ByteSource file = files.find(name);
    FileKind.refusePickleByName(file.name());
    if (FileKind.isGguf(file)) {
      return GgufSplitSet.open(
          name, other -> GgufFile.read(other.equals(name) ? file : files.find(other)), List.of());
    }
    SafetensorsHeader header = SafetensorsFile.header(file);
    return new Checkpoint(header.tensors(), header.metadata(), Map.of(), List.of());
  }

  static Map<String, Object> json(Path file) throws IOException {
    if (Files.size(file) > MAX_JSON) {
      throw new BadInputException(file + " has more than " + MAX_JSON + " bytes");
    }
    return Json.parseFile(file.toString(), Files.readAllBytes(file));
  }
}
