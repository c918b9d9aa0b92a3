package io.modelsplitter.checkpoint;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.file.FileDigests;
import io.modelsplitter.file.LayerHash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * The inverse of a split: the same tensors, byte for byte, whatever the strategy was, in memory
 * that grows with their number only (a hundred thousand fit a heap of 64 MB, unless tensor
 * parallelism has cut them into many more). Stateless and thread-safe.
 *
 * <pre>{@code
 * new CheckpointMerge().merge(Path.of("registry.json"), files, Path.of("model.safetensors"));
 * }</pre>
 */
public final class CheckpointMerge {

  /**
   * Opens the files of a split as the checkpoint that they were made of. Nothing is copied: its
   * tensors are read from the files. So it can be split again, in another way, too.
   *
   * @param plan a file with what {@link SplitPlan#writeJson} wrote, or with an object that has it
   *     as {@code plan}, as a {@code registry.json} has
   * @param files those of all ranks; of a rank whose layers are files, all of these; and of GGUF
   *     {@code metadata.gguf}, with any rank
   * @return the checkpoint; its tensors are read when they are needed
   * @throws IOException when a file cannot be read
   * @throws BadInputException when a file is not what the plan says, or something is missing
   */
  public Checkpoint open(Path plan, List<PartFile> files) throws IOException {
    return open(plan, files, read -> {});
  }

  private static Checkpoint open(Path plan, List<PartFile> files, LongConsumer read)
      throws IOException {
    checkDigests(files, read);
    Map<Integer, Map<String, Tensor>> held = new HashMap<>();
    Optional<GgufMetadata> gguf = Optional.empty();
    boolean isGguf = false;
    for (PartFile file : files) {
      Checkpoint part = Checkpoint.open(file.file());
      isGguf |= part.gguf().isPresent();
      if (part.tensors().isEmpty()) {
        gguf = richer(gguf, part.gguf());
      }
      Map<String, Tensor> tensors = held.computeIfAbsent(file.rank(), rank -> new HashMap<>());
      part.tensors()
          .forEach(
              (name, tensor) -> {
                if (tensors.put(name, tensor) != null) {
                  throw new BadInputException(
                      "two files of rank %d have the tensor %s".formatted(file.rank(), name));
                }
              });
    }
    if (held.isEmpty()) {
      throw new BadInputException("there are no files to merge");
    }
    if (isGguf && gguf.isEmpty()) {
      throw new BadInputException(
          "the file with the key-values of the model is missing; give the %s of the split, too"
              .formatted(GgufMetadata.FILE));
    }
    try {
      Map<String, Object> config = gguf.map(GgufMetadata::config).orElse(Map.of());
      return new Checkpoint(merged(plan, held), Map.of(), config, List.of(), gguf);
    } catch (ArithmeticException e) {
      throw new BadInputException("the plan has a tensor of an impossible shape", e);
    }
  }

  /** A part may be without tensors, too. */
  private static Optional<GgufMetadata> richer(
      Optional<GgufMetadata> one, Optional<GgufMetadata> other) {
    boolean isOther = other.isPresent() && (one.isEmpty() || other.get().size() > one.get().size());
    return isOther ? other : one;
  }

  private static Map<String, Tensor> merged(Path plan, Map<Integer, Map<String, Tensor>> held)
      throws IOException {
    PartTensors tensors = new PartTensors();
    PlanReader.read(
        plan,
        entry -> {
          Map<String, Tensor> ofRank = held.getOrDefault(entry.rank(), new HashMap<>());
          tensors.add(entry, ofRank.remove(entry.name())); // which nobody asks for again
        });
    return tensors.tensors();
  }

  /**
   * Writes the merged checkpoint as one file that appears whole or not at all.
   *
   * @param plan as {@link #open} takes it
   * @param files as {@link #open} takes them
   * @param target the file to write; one that is there is replaced
   * @return its size and digests
   * @throws IOException when a file cannot be read or written
   */
  public FileDigests merge(Path plan, List<PartFile> files, Path target) throws IOException {
    return merge(plan, files, target, done -> {});
  }

  /**
   * As {@link #merge(Path, List, Path)}, for who wants to know how far it is.
   *
   * @param plan as {@link #open} takes it
   * @param files as {@link #open} takes them
   * @param target the file to write; one that is there is replaced
   * @param done hears of so many bytes each time that some were done, from any thread: those of the
   *     files that have a digest, which is checked first, then those of the merged file; what it
   *     throws ends the work
   * @return its size and digests
   * @throws IOException when a file cannot be read or written
   */
  public FileDigests merge(Path plan, List<PartFile> files, Path target, LongConsumer done)
      throws IOException {
    Checkpoint merged = open(plan, files, done);
    return ShardWriter.ofModel(merged)
        .write(merged.tensors().values().stream().map(TensorPart::whole).toList(), target, done);
  }

  private static void checkDigests(List<PartFile> files, LongConsumer read) throws IOException {
    List<PartFile> known = new ArrayList<>(files);
    for (PartFile file : files) {
      if (!Files.isRegularFile(file.file())) {
        throw new BadInputException("%s of rank %d is missing".formatted(file.file(), file.rank()));
      }
    }
    known.removeIf(file -> file.digest().isEmpty());
    Map<Path, FileDigests> digests =
        known.isEmpty()
            ? Collections.emptyMap()
            : new LayerHash().digests(known.stream().map(PartFile::file).toList(), read);
    for (PartFile file : known) {
      FileDigests found = digests.get(file.file());
      if (found == null
          || !(file.digest().equals(found.md5()) || file.digest().equals(found.sha256()))) {
        throw new BadInputException(
            "%s of rank %d does not have the digest %s: it is damaged, or another file"
                .formatted(file.file(), file.rank(), file.digest()));
      }
    }
  }
}
