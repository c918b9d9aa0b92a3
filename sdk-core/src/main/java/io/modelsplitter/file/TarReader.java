package io.modelsplitter.file;

import java.io.BufferedInputStream;
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

  private final TarArchiveInputStream tar;

  private TarReader(TarArchiveInputStream tar) {
    this.tar = tar;
  }

  static TarReader open(Path archive) throws IOException {
    InputStream file = new BufferedInputStream(Files.newInputStream(archive), BUFFER);
    if (archive.toString().endsWith(".tar")) {
      return new TarReader(new TarArchiveInputStream(file));
    }
    try {
      return new TarReader(
          new TarArchiveInputStream(
              GzipCompressorInputStream.builder()
                  .setInputStream(file)
                  .setDecompressConcatenated(true)
                  .get()));
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  @Override
  public @Nullable Entry next() throws IOException {
    TarArchiveEntry entry = tar.getNextEntry();
    if (entry == null) {
      return null;
    }
    Kind kind = entry.isDirectory() ? Kind.FOLDER : isPlainFile(entry) ? Kind.FILE : Kind.OTHER;
    return new Entry(entry.getName(), kind, tar);
  }

  /** {@link TarArchiveEntry#isFile} takes devices for files, too. */
  private static boolean isPlainFile(TarArchiveEntry entry) {
    byte kind = entry.getLinkFlag();
    return (kind == TarConstants.LF_NORMAL || kind == TarConstants.LF_OLDNORM) && !entry.isSparse();
  }

  @Override
  public void close() throws IOException {
    tar.close();
  }
}
