package io.modelsplitter.checkpoint;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * GGUF files as a checkpoint: one alone, or all of a split set ({@code NAME-00001-of-00003.gguf}),
 * of which the first has the key-values.
 */
final class GgufSplitSet {
  private static final Pattern NAME = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})\\.gguf");

  private GgufSplitSet() {}

  /** Reads headers. */
  interface Files {
    GgufFile read(String name) throws IOException;
  }

  /**
   * Opens the file, and those that belong to it.
   *
   * @param name its name, without folders
   */
  static Checkpoint open(String name, Files files, List<Path> companions) throws IOException {
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches()) {
      GgufFile only = files.read(name);
      Object count = only.metadata().value("split.count");
      if (count instanceof Integer number && number > 1) {
        throw new BadInputException(
            "%s is one of a split set of %d, and must be named like NAME-00001-of-%05d.gguf"
                .formatted(name, number, number));
      }
      return checkpoint(only.tensors(), only.metadata(), companions);
    }
    int count = Integer.parseInt(matcher.group(3));
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    GgufMetadata metadata = null;
    for (int number = 1; number <= count; number++) {
      String each = "%s-%05d-of-%05d.gguf".formatted(matcher.group(1), number, count);
      GgufFile file = read(each, count, files);
      check(each, "split.no", number - 1, file.metadata());
      check(each, "split.count", count, file.metadata());
      metadata = metadata == null ? file.metadata() : metadata;
      for (Tensor tensor : file.tensors().values()) {
        if (tensors.put(tensor.name(), tensor) != null) {
          throw new BadInputException(
              "the split set of %s has the tensor %s in two files"
                  .formatted(name, Json.show(tensor.name())));
        }
      }
    }
    if (metadata == null) {
      throw new BadInputException(name + " says that it is one of none");
    }
    check(name, "split.tensors.count", tensors.size(), metadata);
    return checkpoint(tensors, metadata, companions);
  }

  private static GgufFile read(String name, int count, Files files) throws IOException {
    try {
      return files.read(name);
    } catch (NoSuchFileException e) {
      throw new BadInputException(
          "%s is missing; the split set has %d files, which must lie together"
              .formatted(name, count),
          e);
    }
  }

  private static void check(String file, String key, int expected, GgufMetadata metadata) {
    Object found = metadata.value(key);
    if (!Integer.valueOf(expected).equals(found)) {
      throw new BadInputException(
          "%s has the %s %s, where %d belongs: the files are not of one set, or not all"
              .formatted(file, key, Json.show(found), expected));
    }
  }

  private static Checkpoint checkpoint(
      Map<String, Tensor> tensors, GgufMetadata metadata, List<Path> companions) {
    return new Checkpoint(tensors, Map.of(), metadata.config(), companions, Optional.of(metadata));
  }
}
