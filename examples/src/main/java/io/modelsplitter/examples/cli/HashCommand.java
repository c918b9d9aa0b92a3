package io.modelsplitter.examples.cli;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.ModelSplitterException;
import io.modelsplitter.file.LayerHash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Hashes files as layers are hashed. */
@Command(
    name = "hash",
    description = {
      "Prints the MD5 of files, under which layers are registered.",
      "The lines are those of md5sum, and md5sum -c reads them. Files that cannot be read are said,"
          + " and the others are hashed all the same."
    })
final class HashCommand extends ToolCommand {
  /** What takes less is over before anybody has read that it began. */
  private static final long LONG_BYTES = 100_000_000;

  private final Failures failures;

  @Parameters(paramLabel = "FILE", arity = "1..*", description = "The files.")
  private List<Path> files = List.of();

  @Option(names = "--sha256", description = "Print the SHA-256, as sha256sum does.")
  private boolean sha256;

  HashCommand(Surroundings surroundings, Failures failures) {
    super(surroundings);
    this.failures = failures;
  }

  @Override
  public Integer call() throws Exception {
    int code = ModelSplitterTool.EXIT_DONE;
    for (Path file : files) {
      try {
        surroundings().results().exactly(HashLine.of(hash(file), file.toString()));
        surroundings().results().flush(); // the next one may take long
      } catch (IOException | ModelSplitterException e) {
        code = Math.max(code, failures.code(e));
        if (Thread.currentThread().isInterrupted()) {
          return code;
        }
      }
    }
    return code;
  }

  private String hash(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new BadInputException(file + " is a folder; give the files in it");
    }
    if (!Files.exists(file)) {
      throw new BadInputException("there is no file " + file);
    }
    long bytes = Files.size(file);
    LayerHash hash = new LayerHash();
    try (Progress progress = bytes < LONG_BYTES ? Progress.none() : progress()) {
      progress.begin("hashing " + file.getFileName(), bytes);
      String digits = sha256 ? hash.sha256(file, progress::add) : hash.md5(file, progress::add);
      progress.end("hashed " + file.getFileName() + ", " + Amounts.bytes(bytes) + ",");
      return digits;
    }
  }
}
