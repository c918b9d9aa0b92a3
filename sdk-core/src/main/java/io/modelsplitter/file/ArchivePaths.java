package io.modelsplitter.file;

import io.modelsplitter.error.BadInputException;
import java.nio.file.Path;
import java.util.TreeSet;

/**
 * The paths that an archive has named so far. Each is a file once, or a folder, and not both: what
 * cannot be unpacked is not to be looked through, either. For one thread.
 */
final class ArchivePaths {
  private final Path archive;

  /** Those of folders end with a slash; so what lies within a path follows it in this order. */
  private final TreeSet<String> paths = new TreeSet<>();

  ArchivePaths(Path archive) {
    this.archive = archive;
  }

  /**
   * Takes one more.
   *
   * @param path relative to the archive, with slashes; empty for the archive's own folder
   */
  void add(String path, boolean isFile) {
    for (int end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1)) {
      String above = path.substring(0, end);
      if (paths.contains(above)) {
        throw new BadInputException(
            "%s holds %s, of which a part is a file in it: %s".formatted(archive, path, above));
      }
    }
    if (!isFile) {
      refuseFile(path);
      paths.add(path + "/");
      return;
    }
    String within = paths.ceiling(path + "/");
    if (path.isEmpty() || (within != null && within.startsWith(path + "/"))) {
      throw new BadInputException(
          "%s holds the file %s, which is a folder in it, too".formatted(archive, path));
    }
    refuseFile(path);
    paths.add(path);
  }

  private void refuseFile(String path) {
    if (paths.contains(path)) {
      throw new BadInputException(archive + " holds " + path + " twice");
    }
  }
}
