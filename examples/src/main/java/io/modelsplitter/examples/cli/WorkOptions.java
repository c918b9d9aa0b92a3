package io.modelsplitter.examples.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a command keeps what it downloads and unpacks while it works. */
final class WorkOptions {
  private static final String PREFIX = ".model-splitter-";

  @Option(
      names = "--work",
      paramLabel = "DIR",
      description =
          "Where what is downloaded or unpacked is kept meanwhile. Default: beside what is written;"
              + " where nothing is, the system's folder for temporary files.")
  private @Nullable Path work;

  /** Makes a folder in the one that was asked for; otherwise where temporary files go. */
  Path make() throws IOException {
    return work == null
        ? Files.createTempDirectory(PREFIX)
        : Files.createTempDirectory(Files.createDirectories(work), PREFIX);
  }

  /**
   * Makes a folder in the one that was asked for; otherwise on the disk that has room for the
   * result, which the one for temporary files need not have.
   */
  Path makeBeside(Path out) throws IOException {
    Path parent = out.toAbsolutePath().getParent();
    if (work != null || parent == null) {
      return make();
    }
    Path beside = Files.isDirectory(out) ? out : Files.createDirectories(parent);
    return Files.createTempDirectory(beside, PREFIX);
  }
}
