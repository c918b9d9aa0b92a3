package io.modelsplitter.checkpoint;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.file.Archives;
import io.modelsplitter.file.ByteReader;
import io.modelsplitter.file.ByteSource;
import io.modelsplitter.json.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The folder of an archive that has the model, of which headers and settings were read while it
 * went by. Its tensors cannot be read.
 */
final class ArchiveFolder implements ModelFolder {
  private static final long MAX_JSON = 16L << 20;
  private static final Set<String> SETTINGS = Set.of("config.json", CheckpointFolder.INDEX);

  private final Path archive;

  /** By their paths within the archive; what was read of a file, or nothing. */
  private final TreeMap<String, Object> files = new TreeMap<>();

  /** With a slash at its end, unless it is the outermost one. */
  private String folder = "";

  private ArchiveFolder(Path archive) {
    this.archive = archive;
  }

  static ArchiveFolder read(Path archive) throws IOException {
    ArchiveFolder read = new ArchiveFolder(archive);
    Archives.visit(archive, read::take);
    for (String only = read.onlyFolder(); only != null; only = read.onlyFolder()) {
      read.folder += only; // an archive often holds one folder that holds the model
    }
    return read;
  }

  private void take(String path, ByteSource file) throws IOException {
    String name = FileKind.lastName(path);
    Object content = "";
    if (SETTINGS.contains(name)) {
      content = json(path, file);
    } else if (name.endsWith(".safetensors")) {
      content = SafetensorsFile.header(file);
    } else if (name.endsWith(".gguf")) {
      content = GgufFile.read(file);
    }
    files.put(path, content);
  }

  private static Map<String, Object> json(String path, ByteSource file) throws IOException {
    if (file.size() > MAX_JSON) {
      throw new BadInputException(path + " has more than " + MAX_JSON + " bytes");
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
    try (ByteReader reader = file.open(0, file.size())) {
      reader.read(bytes);
    }
    return Json.parseFile(path, bytes.array());
  }

  /** The one folder in this one, if there is nothing else. */
  private @Nullable String onlyFolder() {
    Set<String> folders = new TreeSet<>();
    for (String path : files.keySet()) {
      if (path.startsWith(folder)) {
        int slash = path.indexOf('/', folder.length());
        if (slash < 0) {
          return null;
        }
        folders.add(path.substring(folder.length(), slash + 1));
      }
    }
    return folders.size() == 1 ? folders.iterator().next() : null;
  }

  @Override
  public String name() {
    return archive.toString();
  }

  @Override
  public List<String> names() {
    return files.keySet().stream()
        .filter(path -> path.startsWith(folder) && path.indexOf('/', folder.length()) < 0)
        .map(path -> path.substring(folder.length()))
        .toList();
  }

  @Override
  public List<Path> companions() {
    return List.of();
  }

  @Override
  public Map<String, Object> json(String name) throws IOException {
    Map<String, Object> copy = new HashMap<>();
    if (find(name) instanceof Map<?, ?> map) {
      map.forEach((key, value) -> copy.put((String) key, value));
    }
    return copy;
  }

  @Override
  public SafetensorsHeader safetensors(String name) throws IOException {
    return (SafetensorsHeader) find(name);
  }

  @Override
  public GgufFile gguf(String name) throws IOException {
    return (GgufFile) find(name);
  }

  private Object find(String name) throws IOException {
    Object file = files.get(folder + name);
    if (file == null) {
      throw new NoSuchFileException(folder + name);
    }
    return file;
  }
}
