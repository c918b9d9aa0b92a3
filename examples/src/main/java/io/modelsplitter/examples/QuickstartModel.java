package io.modelsplitter.examples;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.file.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The model that the quickstart splits: what {@code --model} names, or one made on the spot. */
final class QuickstartModel implements AutoCloseable {
  private final String name;
  private final String url;
  private final @Nullable ModelHost host;

  private QuickstartModel(String name, String url, @Nullable ModelHost host) {
    this.name = name;
    this.url = url;
    this.host = host;
  }

  static QuickstartModel of(@Nullable String model, Path folder) throws IOException {
    if (model == null) {
      return generated(folder);
    }
    if (model.matches("(?i)(https?|s3|file):/.*")) {
      return new QuickstartModel(nameOf(model.replaceFirst("[?#].*", "")), model, null);
    }
    Path path = path(model);
    return new QuickstartModel(nameOf(path.toString()), path.toUri().toString(), null);
  }

  private static QuickstartModel generated(Path folder) throws IOException {
    Path archive = folder.resolve("models").resolve("gpt2.tar.gz");
    if (!Files.exists(archive)) {
      Folders.delete(folder.resolve("models")); // half a model of a run that was stopped
      SyntheticCheckpoint.gpt2().writeArchive("gpt2", archive);
    }
    ModelHost host = ModelHost.serve(archive);
    return new QuickstartModel("gpt2", host.url(), host);
  }

  private static Path path(String model) {
    try {
      Path path = Path.of(model).toAbsolutePath().normalize();
      if (Files.exists(path)) {
        return path;
      }
    } catch (InvalidPathException e) {
      throw new BadInputException("--model " + model + " is not a path: " + e.getReason(), e);
    }
    throw new BadInputException("--model " + model + ": there is no such file or folder");
  }

  /** The last part of a path without what it ends with. */
  private static String nameOf(String path) {
    String last = path.replaceFirst("/+$", "").replaceFirst(".*/", "");
    String name = last.replaceFirst("\\.(tar\\.gz|tgz|tar|zip|safetensors|gguf)$", "");
    return name.isEmpty() ? "model" : name;
  }

  String name() {
    return name;
  }

  String url() {
    return url;
  }

  @Override
  public void close() {
    if (host != null) {
      host.close();
    }
  }
}
