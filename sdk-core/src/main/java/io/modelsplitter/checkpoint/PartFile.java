package io.modelsplitter.checkpoint;

import io.modelsplitter.error.BadInputException;
import java.nio.file.Path;

/**
 * A file of a split that is to be merged.
 *
 * @param rank whose it is
 * @param file where it is
 * @param digest the MD5 or SHA-256 that it must have, in lower-case hex; empty where it is not
 *     known
 */
public record PartFile(int rank, Path file, String digest) {

  /**
   * Checks the digest's form.
   *
   * @param rank see {@link #rank}
   * @param file see {@link #file}
   * @param digest see {@link #digest}
   */
  public PartFile {
    if (!digest.matches("|[0-9a-f]{32}|[0-9a-f]{64}")) {
      throw new BadInputException(
          "the digest of %s must be an MD5 or SHA-256 in lower-case hex, not %s"
              .formatted(file, digest));
    }
  }
}
