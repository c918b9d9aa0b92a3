package io.modelsplitter;

import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The data beside the project that tests read and the project does not hold: conformance cases and
 * a real checkpoint. Where it is missing a test is skipped, unless {@code
 * MODEL_SPLITTER_CONFORMANCE_REQUIRED=true}, which makes it fail.
 */
public final class SharedData {

  private SharedData() {}

  /** A file or folder of the shared data. */
  public static Path require(String name) {
    Path path = Path.of(System.getProperty("modelsplitter.shared", "../../shared"), name);
    if (Files.exists(path)) {
      return path.toAbsolutePath().normalize();
    }
    String missing = path + " is not here, so what needs it is not tested";
    if (Boolean.parseBoolean(System.getenv("MODEL_SPLITTER_CONFORMANCE_REQUIRED"))) {
      throw new AssertionError(missing);
    }
    return abort(missing);
  }
}
