package consumer;

import io.modelsplitter.Context;
import io.modelsplitter.ModelSplitter;
import io.modelsplitter.ModelSplitterExecutor;
import io.modelsplitter.PhaseResult;
import io.modelsplitter.file.FileDigests;
import io.modelsplitter.file.LayerHash;
import io.modelsplitter.storage.LayerStore;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;

/** Stores a model, which is a file of this machine, as its only layer. */
public record CustomSplitter(Context context, LayerStore store) implements ModelSplitter {
  @Override
  public PhaseResult main(Map<String, Object> extraData) throws IOException {
    Path folder = Files.createDirectories(context.scratchFolder());
    Path source = Path.of(URI.create(context.modelDownloadUrl()));
    Path file = Files.copy(source, folder.resolve("model"), StandardCopyOption.REPLACE_EXISTING);
    FileDigests model = new LayerHash().digests(file);
    String url = store.put(file, model.md5()).toString();
    return PhaseResult.ok(Map.of("status", "done", "layer_hash", model.md5(), "url", url));
  }

  public static void main(String[] args) {
    ModelSplitterExecutor.execute(
        context -> new CustomSplitter(context, LayerStore.fromEnvironment()));
  }
}
