package io.modelsplitter;

import io.modelsplitter.file.Folders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The folder that the attempts of one task share. */
record Scratch(Path folder) {
  private static final Logger log = LoggerFactory.getLogger(Scratch.class);

  /** Removes the half-written files of an attempt that was killed. */
  void sweep() {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> halves =
          files.filter(file -> String.valueOf(file.getFileName()).matches("\\..*\\.part")).toList();
      for (Path half : halves) {
        Files.deleteIfExists(half);
      }
    } catch (IOException | UncheckedIOException e) { // the walk throws the latter
      log.warn("cannot clear {} up: {}", folder, e.toString());
    }
  }

  /** Removes everything, now that no attempt will want it. */
  void delete() {
    try {
      Folders.delete(folder);
    } catch (IOException e) {
      log.warn("cannot remove {}: {}", folder, e.toString());
    }
  }
}
