package io.modelsplitter.file;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** The entries of an archive, one after the other. For one thread. */
interface ArchiveReader extends Closeable {

  /** What an entry is. */
  enum Kind {
    FILE,
    FOLDER,

    /** A link, a device, or what else is no plain file. */
    OTHER
  }

  /**
   * An entry.
   *
   * @param name its path, as it is in the archive
   * @param size how many bytes the archive says that a file has
   * @param content of a file; to be read before the next entry is asked for, and not closed
   */
  record Entry(String name, Kind kind, long size, InputStream content) {}

  /**
   * The next entry; null after the last one.
   *
   * @throws IOException when the archive is damaged
   */
  @Nullable Entry next() throws IOException;
}
