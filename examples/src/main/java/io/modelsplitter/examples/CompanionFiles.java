package io.modelsplitter.examples;

import io.modelsplitter.file.FileDigests;
import io.modelsplitter.file.LayerHash;
import io.modelsplitter.json.Json;
import io.modelsplitter.storage.LayerStore;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What is stored beside the layers, each under its hash: the files that a model needs to run, and
 * the plan that names them all.
 */
final class CompanionFiles {
  private final LayerStore store;
  private final Path work;

  /**
   * @param work where copies may be made on their way to the store
   */
  CompanionFiles(LayerStore store, Path work) {
    this.store = store;
    this.work = work;
  }

  /** Stores copies of the files; answers their names, sizes, digests and URLs. */
  List<Map<String, Object>> storeAll(List<?> files) throws IOException {
    List<Map<String, Object>> stored = new ArrayList<>();
    for (Object path : files) {
      Path file = Path.of((String) path);
      String name = String.valueOf(file.getFileName());
      Path copy = work.resolve("copy-" + name);
      Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
      stored.add(storeMoved(name, copy));
    }
    return stored;
  }

  /**
   * Stores what came of the job as {@code registry.json}, and answers its URL.
   *
   * @param plan the file with the plan, which becomes the field {@code plan}
   */
  Object storePlan(Map<String, Object> result, Path plan) throws IOException {
    Path file = work.resolve("registry.json");
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      ResultFile.write(result, to -> Files.copy(plan, to), out);
    }
    return Objects.requireNonNull(storeMoved("registry.json", file).get("url"));
  }

  /** Stores a value as a JSON file, and answers its URL. */
  Object storeJson(String name, Object value) throws IOException {
    Path file = work.resolve(name);
    Files.writeString(file, Json.write(value), StandardCharsets.US_ASCII);
    return Objects.requireNonNull(storeMoved(name, file).get("url"));
  }

  private Map<String, Object> storeMoved(String name, Path file) throws IOException {
    FileDigests digests = new LayerHash().digests(file);
    String storedName = digests.md5() + "-" + name;
    if (store.contains(storedName)) {
      Files.delete(file);
    } else {
      store.put(file, storedName);
    }
    Map<String, Object> stored = new LinkedHashMap<>();
    stored.put("name", name);
    stored.put("bytes", digests.bytes());
    stored.put("md5", digests.md5());
    stored.put("url", store.publicUrl(storedName).toString());
    return stored;
  }
}
