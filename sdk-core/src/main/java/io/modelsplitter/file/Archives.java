package io.modelsplitter.file;

import io.modelsplitter.error.BadInputException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;
import java.util.zip.ZipException;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Unpacks {@code .tar.gz}, {@code .tgz} and {@code .tar} archives from outside, streaming.
 *
 * <p>Only plain files and folders are taken: an absolute path, a path with {@code ..}, a link or a
 * device is refused, and so is an archive with too many files or too many bytes for what it is. The
 * folder appears whole or not at all.
 */
public final class Archives {

  /** How many entries an archive may have. */
  public static final int MAX_ENTRIES = 100_000;

  /**
   * How many times its own size an archive may unpack to. Weights hardly compress, and deflate
   * cannot do more than about 1,000.
   */
  public static final int MAX_RATIO = 200;

  private static final int BUFFER = 1 << 20;

  private Archives() {}

  /** Whether the name is one of an archive that {@link #extract} takes. */
  public static boolean isArchive(String name) {
    return name.endsWith(".tar.gz") || name.endsWith(".tgz") || name.endsWith(".tar");
  }

  /**
   * Unpacks an archive into a folder that does not exist yet.
   *
   * @throws BadInputException when the archive is damaged or holds something that is refused
   * @throws IOException when a file cannot be written
   */
  public static void extract(Path archive, Path folder) throws IOException {
    Path absolute = folder.toAbsolutePath();
    Path part = absolute.resolveSibling("." + absolute.getFileName() + "." + UUID.randomUUID());
    Files.createDirectories(part);
    try {
      unpack(archive, part);
      Files.move(part, absolute, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Folders.delete(part);
    }
  }

  private static void unpack(Path archive, Path folder) throws IOException {
    long limit = Math.max(64L << 20, Math.multiplyExact(Files.size(archive), (long) MAX_RATIO));
    byte[] buffer = new byte[BUFFER];
    int entries = 0;
    try (TarArchiveInputStream tar = open(archive)) {
      for (TarArchiveEntry entry = next(archive, tar); entry != null; entry = next(archive, tar)) {
        entries++;
        if (entries > MAX_ENTRIES) {
          throw new BadInputException(archive + " has more than " + MAX_ENTRIES + " entries");
        }
        Path target = target(archive, folder, entry);
        if (entry.isDirectory()) {
          Files.createDirectories(target);
          continue;
        }
        if (!isPlainFile(entry)) {
          throw new BadInputException(
              archive + " holds " + entry.getName() + ", which is no plain file; pack it without");
        }
        Path parent = target.getParent();
        if (parent != null) {
          Files.createDirectories(parent);
        }
        if (Files.exists(target)) {
          throw new BadInputException(archive + " holds " + entry.getName() + " twice");
        }
        limit -= copy(archive, tar, target, buffer, limit);
      }
    }
  }

  /** {@link TarArchiveEntry#isFile} takes devices for files, too. */
  private static boolean isPlainFile(TarArchiveEntry entry) {
    byte kind = entry.getLinkFlag();
    return (kind == TarConstants.LF_NORMAL || kind == TarConstants.LF_OLDNORM) && !entry.isSparse();
  }

  private static TarArchiveInputStream open(Path archive) throws IOException {
    InputStream file = new BufferedInputStream(Files.newInputStream(archive), BUFFER);
    if (archive.toString().endsWith(".tar")) {
      return new TarArchiveInputStream(file);
    }
    try {
      return new TarArchiveInputStream(
          GzipCompressorInputStream.builder()
              .setInputStream(file)
              .setDecompressConcatenated(true)
              .get());
    } catch (IOException e) {
      file.close();
      throw damaged(archive, e);
    }
  }

  private static @Nullable TarArchiveEntry next(Path archive, TarArchiveInputStream tar) {
    try {
      return tar.getNextEntry();
    } catch (IOException | IllegalArgumentException e) {
      throw damaged(archive, e);
    }
  }

  private static Path target(Path archive, Path folder, TarArchiveEntry entry) {
    String name = entry.getName();
    try {
      Path target = folder.resolve(name).normalize();
      boolean climbs = ("/" + name + "/").contains("/../");
      if (!name.startsWith("/") && !climbs && target.startsWith(folder)) {
        return target;
      }
    } catch (InvalidPathException e) {
      throw damaged(archive, e);
    }
    throw new BadInputException(archive + " holds the path " + name + ", which leads out of it");
  }

  private static long copy(Path archive, InputStream in, Path target, byte[] buffer, long limit)
      throws IOException {
    long bytes = 0;
    try (OutputStream out = Files.newOutputStream(target)) {
      for (int read = read(archive, in, buffer); read >= 0; read = read(archive, in, buffer)) {
        bytes += read;
        if (bytes > limit) {
          throw new BadInputException(
              archive + " unpacks to more than " + MAX_RATIO + " times its size");
        }
        out.write(buffer, 0, read);
      }
    }
    return bytes;
  }

  private static int read(Path archive, InputStream in, byte[] buffer) {
    try {
      return in.read(buffer);
    } catch (IOException e) {
      throw damaged(archive, e);
    }
  }

  private static BadInputException damaged(Path archive, Exception e) {
    String reason =
        e instanceof ZipException
            ? "bad compression"
            : e instanceof EOFException || e.getMessage() == null
                ? "it is cut off"
                : e.getMessage();
    return new BadInputException(archive + " is damaged: " + reason, e);
  }
}
