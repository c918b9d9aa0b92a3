package io.modelsplitter.checkpoint;

import io.modelsplitter.file.ByteSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A folder on this machine; its weights may be elsewhere.
 *
 * @param folder where it is
 * @param files its plain files, in order
 * @param weights where its weights are
 */
record DiskFolder(Path folder, List<Path> files, WeightFiles weights) implements ModelFolder {
  private static final Pattern COMPANION =
      Pattern.compile(
          "config\\.json|generation_config\\.json|tokenizer.*\\.(json|model)|vocab\\.(json|txt)"
              + "|merges\\.txt|special_tokens_map\\.json|added_tokens\\.json|spiece\\.model"
              + "|chat_template\\.(json|jinja)");

  static DiskFolder of(Path folder, WeightFiles weights) throws IOException {
    try (Stream<Path> list = Files.list(folder)) {
      return new DiskFolder(folder, list.filter(Files::isRegularFile).sorted().toList(), weights);
    }
  }

  static DiskFolder of(Path folder) throws IOException {
    return of(folder, name -> ByteSource.of(folder.resolve(name)));
  }

  @Override
  public String name() {
    return folder.toString();
  }

  @Override
  public List<String> names() {
    return files.stream().map(DiskFolder::name).toList();
  }

  @Override
  public List<Path> companions() {
    return files.stream().filter(file -> COMPANION.matcher(name(file)).matches()).toList();
  }

  @Override
  public Map<String, Object> json(String name) throws IOException {
    return Checkpoint.json(folder.resolve(name));
  }

  @Override
  public SafetensorsHeader safetensors(String name) throws IOException {
    return SafetensorsFile.header(weights.find(name));
  }

  @Override
  public GgufFile gguf(String name) throws IOException {
    return GgufFile.read(weights.find(name));
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }
}
