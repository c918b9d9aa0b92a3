package io.modelsplitter;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What a test finds in a folder. */
public final class FolderNames {

  private FolderNames() {}

  /** {@return the names of the files and folders in a folder, hidden ones too, sorted} */
  public static List<String> of(Path folder) throws IOException {
    try (Stream<Path> list = Files.list(folder)) {
      return list.map(path -> String.valueOf(path.getFileName())).sorted().toList();
    }
  }
}
