package io.modelsplitter.file;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.jspecify.annotations.Nullable;

/** A tar archive, compressed by gzip or not. */
final class TarReader implements ArchiveReader {
  private static final int BUFFER = 1 << 20;

  /** What may stand between the contents of two files: long names are held in memory. */
  private static final long MAX_HEADERS = 1 << 20;

  private final Limited bytes;
  private final TarArchiveInputStream tar;

  private TarReader(InputStream in) {
    this.bytes = new Limited(in);
    this.tar = new TarArchiveInputStream(bytes);
  }

  static TarReader open(Path archive) throws IOException {
    InputStream file = new BufferedInputStream(Files.newInputStream(archive), BUFFER);
    if (archive.toString().endsWith(".tar")) {
      return new TarReader(file);
    }
    try {
      return new TarReader(
          GzipCompressorInputStream.builder()
              .setInputStream(file)
              .setDecompressConcatenated(true)
              .get());
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  @Override
  public @Nullable Entry next() throws IOException {
    bytes.left = MAX_HEADERS;
    TarArchiveEntry entry = tar.getNextEntry();
    bytes.left = Long.MAX_VALUE;
    if (entry == null) {
      return null;
    }
    Kind kind = entry.isDirectory() ? Kind.FOLDER : isPlainFile(entry) ? Kind.FILE : Kind.OTHER;
    return new Entry(entry.getName(), kind, entry.getSize(), tar);
  }

  /** {@link TarArchiveEntry#isFile} takes devices for files, too. */
  private static boolean isPlainFile(TarArchiveEntry entry) {
    byte kind = entry.getLinkFlag();
    return (kind == TarConstants.LF_NORMAL || kind == TarConstants.LF_OLDNORM) && !entry.isSparse();
  }

  /** Gives so many bytes and no more, whether they are read or skipped. */
  private static final class Limited extends FilterInputStream {
    private long left = MAX_HEADERS;

    Limited(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int read = in.read();
      taken(read < 0 ? 0 : 1);
      return read;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int read = in.read(buffer, offset, length);
      taken(Math.max(0, read));
      return read;
    }

    @Override
    public long skip(long bytes) throws IOException {
      long skipped = in.skip(bytes);
      taken(skipped);
      return skipped;
    }

    private void taken(long bytes) throws IOException {
      left -= bytes;
      if (left < 0) {
        throw new IOException(
            "more than " + MAX_HEADERS + " bytes of it belong to no file; pack it again");
      }
    }
  }

  @Override
  public void close() throws IOException {
    tar.close();
  }
}
