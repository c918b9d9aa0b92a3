package io.modelsplitter.examples;

import io.modelsplitter.checkpoint.Checkpoint;
import io.modelsplitter.file.Archives;
import io.modelsplitter.file.FileDigests;
import io.modelsplitter.file.LayerHash;
import io.modelsplitter.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The model on this machine, on its way from one phase to the next.
 *
 * @param path a file or folder that can be opened as a checkpoint
 * @param files its files: paths with {@code bytes}, and {@code sha256} of what was downloaded or
 *     unpacked, or {@code modified} of what was here before
 * @param weightsUrl where the weights are, if they stay on their server; empty if they are here
 * @param versions of the files there
 */
record LocalModel(
    Path path, Map<String, Object> files, String weightsUrl, Map<String, Object> versions) {

  private LocalModel(Path path, Map<String, Object> files) {
    this(path, files, "", Map.of());
  }

  /** With weights that stay where they are. */
  LocalModel withWeights(String url, Map<String, Object> versionsThere) {
    return new LocalModel(path, files, url, versionsThere);
  }

  /** Opens it; of weights that are elsewhere, or in an archive, the headers are read. */
  Checkpoint open() throws IOException {
    if (isRemote()) {
      return RemoteWeights.of(weightsUrl).open(path);
    }
    return Files.isRegularFile(path) && Archives.isArchive(path.toString())
        ? Checkpoint.openArchive(path)
        : Checkpoint.open(path);
  }

  /** Whether reading it is slow, so that it is not read twice. */
  boolean isRemote() {
    return !weightsUrl.isEmpty();
  }

  /** A model that was here before, and that somebody else may change. */
  static LocalModel foreign(Path path) throws IOException {
    Map<String, Object> files = new LinkedHashMap<>();
    try (Stream<Path> found = Files.walk(path)) {
      for (Path file : found.filter(Files::isRegularFile).sorted().toList()) {
        long modified = Files.getLastModifiedTime(file).toMillis();
        files.put(file.toString(), entry(Files.size(file), "modified", modified));
      }
    }
    return new LocalModel(path, files);
  }

  /** What tells this model from another one. */
  String fingerprint() {
    Map<String, Object> all = new TreeMap<>(files);
    all.putAll(versions);
    return Json.write(all);
  }

  /** A model that was downloaded. */
  static LocalModel of(Path file, FileDigests digests) {
    return new LocalModel(file, Map.of(file.toString(), entry(digests)));
  }

  /** A model that was unpacked. */
  static LocalModel ofFolder(Path folder) throws IOException {
    List<Path> all;
    try (Stream<Path> found = Files.walk(folder)) {
      all = found.filter(Files::isRegularFile).sorted().toList();
    }
    Map<String, Object> files = new LinkedHashMap<>();
    new LayerHash()
        .digests(all)
        .forEach((file, digests) -> files.put(file.toString(), entry(digests)));
    return new LocalModel(folder, files);
  }

  private static Map<String, Object> entry(FileDigests digests) {
    return entry(digests.bytes(), "sha256", digests.sha256());
  }

  /** In one order always: the next attempt compares it. */
  private static Map<String, Object> entry(long bytes, String key, Object value) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("bytes", bytes);
    entry.put(key, value);
    return entry;
  }

  /** Whether every file is there with the bytes that it had. */
  boolean isIntact() throws IOException {
    if (isRemote() && !RemoteWeights.of(weightsUrl).isIntact(versions)) {
      return false;
    }
    List<Path> paths = new ArrayList<>();
    for (Map.Entry<String, Object> file : files.entrySet()) {
      Path found = Path.of(file.getKey());
      long bytes =
          ((Number) Objects.requireNonNull(object(file.getValue()).get("bytes"))).longValue();
      if (!Files.isRegularFile(found) || Files.size(found) != bytes) {
        return false;
      }
      Object modified = object(file.getValue()).get("modified");
      if (modified == null) {
        paths.add(found);
      } else if (Files.getLastModifiedTime(found).toMillis() != ((Number) modified).longValue()) {
        return false;
      }
    }
    return new LayerHash()
        .digests(paths).entrySet().stream()
            .allMatch(
                entry ->
                    entry
                        .getValue()
                        .sha256()
                        .equals(object(files.get(entry.getKey().toString())).get("sha256")));
  }

  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("model_path", path.toString());
    map.put("model_files", files);
    map.put("weights_url", weightsUrl);
    map.put("weights_versions", versions);
    return map;
  }

  static LocalModel fromMap(Map<String, Object> map) {
    return new LocalModel(
        Path.of((String) Objects.requireNonNull(map.get("model_path"))),
        object(map.get("model_files")),
        (String) Objects.requireNonNull(map.get("weights_url")),
        object(map.get("weights_versions")));
  }

  @SuppressWarnings("unchecked") // toMap made it
  private static Map<String, Object> object(@Nullable Object value) {
    return (Map<String, Object>) Objects.requireNonNull(value);
  }
}
