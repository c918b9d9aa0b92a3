package io.modelsplitter.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipException;
import org.apache.commons.compress.archivers.zip.UnixStat;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * A zip archive, by its central directory. How large that is is looked at first, since it is held
 * in memory (the records at the end are those of PKWARE's APPNOTE, sections 4.3.14 to 4.3.16).
 */
final class ZipReader implements ArchiveReader {
  private static final int END = 0x06054b50;
  private static final int END_SIZE = 22;
  private static final int MAX_COMMENT = 0xFFFF;
  private static final int END64 = 0x06064b50;
  private static final int LOCATOR64 = 0x07064b50;
  private static final int LOCATOR64_SIZE = 20;
  private static final long MAX_DIRECTORY = 16L << 20;

  private final ZipFile zip;
  private final Enumeration<ZipArchiveEntry> entries;
  private @Nullable CheckedInputStream open;
  private @Nullable ZipArchiveEntry opened;

  private ZipReader(ZipFile zip) {
    this.zip = zip;
    this.entries = zip.getEntriesInPhysicalOrder();
  }

  static ZipReader open(Path archive) throws IOException {
    checkDirectory(archive);
    return new ZipReader(ZipFile.builder().setPath(archive).get());
  }

  private static void checkDirectory(Path archive) throws IOException {
    try (FileChannel file = FileChannel.open(archive)) {
      long from = Math.max(0, file.size() - END_SIZE - MAX_COMMENT - LOCATOR64_SIZE);
      ByteBuffer tail = read(file, from, (int) (file.size() - from));
      int at = tail.limit() - END_SIZE;
      while (at >= 0 && tail.getInt(at) != END) {
        at--;
      }
      if (at < 0) {
        throw new ZipException("it has no end of central directory");
      }
      long size = Integer.toUnsignedLong(tail.getInt(at + 12));
      if (at >= LOCATOR64_SIZE && tail.getInt(at - LOCATOR64_SIZE) == LOCATOR64) {
        long record = tail.getLong(at - LOCATOR64_SIZE + 8);
        if (record < 0 || record > file.size() - 56) {
          throw new ZipException("its zip64 record lies outside of it");
        }
        ByteBuffer end = read(file, record, 56);
        if (end.getInt(0) != END64) {
          throw new ZipException("its zip64 record is none");
        }
        // Read from where it is said to begin, whatever size is said.
        size = Math.max(end.getLong(40), record - end.getLong(48));
      }
      if (size < 0 || size > MAX_DIRECTORY) {
        throw new ZipException("its central directory has " + size + " bytes");
      }
    }
  }

  private static ByteBuffer read(FileChannel file, long from, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      if (file.read(bytes, from + bytes.position()) < 0) {
        throw new ZipException("it is cut off");
      }
    }
    return bytes.flip();
  }

  @Override
  public @Nullable Entry next() throws IOException {
    check();
    closeOpen();
    if (!entries.hasMoreElements()) {
      return null;
    }
    ZipArchiveEntry entry = entries.nextElement();
    Kind kind = kind(entry);
    if (kind != Kind.FILE) {
      return new Entry(entry.getName(), kind, 0, InputStream.nullInputStream());
    }
    CheckedInputStream content = new CheckedInputStream(zip.getInputStream(entry), new CRC32());
    open = content;
    opened = entry;
    return new Entry(entry.getName(), kind, entry.getSize(), content);
  }

  private static Kind kind(ZipArchiveEntry entry) {
    if (entry.isDirectory()) {
      return Kind.FOLDER;
    }
    int type = entry.getUnixMode() & UnixStat.FILE_TYPE_FLAG;
    return type == 0 || type == UnixStat.FILE_FLAG ? Kind.FILE : Kind.OTHER;
  }

  private void closeOpen() throws IOException {
    CheckedInputStream content = open;
    if (content != null) {
      open = null;
      content.close();
    }
  }

  /** Whoever asks for the next entry has read this one to its end. */
  private void check() throws IOException {
    ZipArchiveEntry entry = opened;
    if (open != null && entry != null && open.getChecksum().getValue() != entry.getCrc()) {
      throw new ZipException("the CRC of " + entry.getName() + " is wrong");
    }
  }

  @Override
  public void close() throws IOException {
    closeOpen();
    zip.close();
  }
}
