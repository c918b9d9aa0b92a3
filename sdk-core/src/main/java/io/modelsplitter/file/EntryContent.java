package io.modelsplitter.file;

import io.modelsplitter.error.BadInputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/** The content of an archive's entry; never more than so many bytes. For one thread. */
final class EntryContent {
  private final Path archive;
  private final ArchiveReader.Entry entry;
  private final long limit;
  private final String excess;
  private long position;

  /**
   * @param excess what an archive with more bytes has, for the message
   */
  EntryContent(Path archive, ArchiveReader.Entry entry, long limit, String excess) {
    this.archive = archive;
    this.entry = entry;
    this.limit = limit;
    this.excess = excess;
  }

  /** How many bytes the archive says that there are. */
  long size() {
    return entry.size();
  }

  /** The next byte that is read. */
  long position() {
    return position;
  }

  /** Reads some; -1 at the end. */
  int read(byte[] buffer) {
    return read(buffer, 0, buffer.length);
  }

  /** As {@link InputStream#read(byte[], int, int)}. */
  int read(byte[] buffer, int offset, int length) {
    int read;
    try {
      read = entry.content().read(buffer, offset, length);
    } catch (IOException e) {
      throw Archives.damaged(archive, e);
    }
    position += Math.max(0, read);
    if (position > limit) {
      throw new BadInputException(archive + " unpacks to " + excess);
    }
    return read;
  }
}
