package io.modelsplitter.examples.cli;

import io.modelsplitter.checkpoint.Checkpoint;
import io.modelsplitter.checkpoint.SplitOptions;
import io.modelsplitter.checkpoint.SplitPlan;
import io.modelsplitter.examples.ModelSource;
import io.modelsplitter.file.Archives;
import io.modelsplitter.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which model, and how it is to be split. */
final class ModelOptions {

  @Parameters(
      paramLabel = "MODEL",
      description =
          "A .safetensors or .gguf file, a folder, a .tar.gz or .zip of one; a path or URL.")
  private String model = "";

  @Option(
      names = "--world-size",
      required = true,
      paramLabel = "N",
      description = "How many ranks.")
  private int worldSize;

  @Option(
      names = "--config",
      paramLabel = "JSON",
      defaultValue = "{}",
      description =
          "As model_split_config: split_strategy, tp_degree, balance, layers, model_config.")
  private String config = "{}";

  @Option(names = "--rules", paramLabel = "FILE", description = "Rules of an unknown architecture.")
  private @Nullable Path rules;

  /** The plan for the model. */
  SplitPlan plan(Path work, ModelSource.Wanted wanted, Progress progress) throws IOException {
    SplitOptions options = options(); // which may be wrong, before anything is downloaded
    if (isUrl() || Archives.isArchive(model)) { // else it is here already
      progress.begin("opening " + name(), 0);
    }
    Checkpoint checkpoint = ModelSource.open(url(), work, wanted, progress::at);
    return SplitPlan.of(checkpoint, options);
  }

  private String url() {
    return isUrl() ? model : Path.of(model).toUri().toString();
  }

  private boolean isUrl() {
    return model.matches("(?i)(https?|s3|file):.*");
  }

  /** Without what may be secret in a URL. */
  private String name() {
    String path = isUrl() ? model.replaceFirst("[?#].*", "") : model;
    return path.replaceFirst("/+$", "").replaceFirst(".*/", "");
  }

  private SplitOptions options() throws IOException {
    Map<String, Object> all = new LinkedHashMap<>(Json.parseObject("--config", config));
    Path file = rules;
    if (file != null) {
      all.put("architecture_rules", Json.parseObject(file.toString(), Files.readAllBytes(file)));
    }
    return SplitOptions.fromConfig(worldSize, all);
  }
}
