package io.modelsplitter.examples;

import io.modelsplitter.Context;
import io.modelsplitter.ModelSplitter;
import io.modelsplitter.ModelSplitterExecutor;
import io.modelsplitter.PhaseResult;
import io.modelsplitter.file.FileDigests;
import io.modelsplitter.file.FileDownloader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** The smallest splitter that does something: one piece, the whole model. */
public record CustomSplitter(Context context) implements ModelSplitter {
  @Override
  public PhaseResult main(Map<String, Object> extraData) throws IOException {
    Path file = context.scratchFolder().resolve("model");
    FileDigests model = FileDownloader.fromEnvironment().fetch(context.modelDownloadUrl(), file);
    return PhaseResult.ok(Map.of("status", "done", "layer_hash", model.md5()));
  }

  /** Runs it in the environment of a container. */
  public static void main(String[] args) {
    ModelSplitterExecutor.execute(CustomSplitter::new);
  }
}
