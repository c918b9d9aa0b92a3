package io.modelsplitter.file;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.file.ArchiveReader.Entry;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * Unpacks {@code .tar.gz}, {@code .tgz}, {@code .tar} and {@code .zip} archives from outside,
 * streaming.
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
    return name.endsWith(".tar.gz")
        || name.endsWith(".tgz")
        || name.endsWith(".tar")
        || name.endsWith(".zip");
  }

  /**
   * Unpacks an archive into a folder that does not exist yet.
   *
   * @throws BadInputException when the archive is damaged or holds something that is refused
   * @throws IOException when a file cannot be written
   */
  public static void extract(Path archive, Path folder) throws IOException {
    extract(archive, folder, Long.MAX_VALUE);
  }

  /**
   * As {@link #extract(Path, Path)}, refusing what unpacks to more than so many bytes.
   *
   * @throws IOException also when there is no room for what is in the archive
   */
  public static void extract(Path archive, Path folder, long maxBytes) throws IOException {
    Path absolute = folder.toAbsolutePath();
    Path part = absolute.resolveSibling("." + absolute.getFileName() + ".unpacking");
    Folders.delete(part); // of an attempt that was killed
    Files.createDirectories(part);
    try {
      unpack(archive, part, maxBytes);
      Files.move(part, absolute, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Folders.delete(part);
    }
  }

  private static void unpack(Path archive, Path folder, long maxBytes) throws IOException {
    long byRatio = Math.max(64L << 20, Math.multiplyExact(Files.size(archive), (long) MAX_RATIO));
    long limit = Math.min(byRatio, maxBytes);
    String excess =
        maxBytes < byRatio
            ? "more than the " + maxBytes + " bytes that are allowed"
            : "more than " + MAX_RATIO + " times its size";
    byte[] buffer = new byte[BUFFER];
    int entries = 0;
    try (ArchiveReader reader = open(archive)) {
      for (Entry entry = next(archive, reader); entry != null; entry = next(archive, reader)) {
        entries++;
        if (entries > MAX_ENTRIES) {
          throw new BadInputException(archive + " has more than " + MAX_ENTRIES + " entries");
        }
        Path target = target(archive, folder, entry.name());
        if (entry.kind() == ArchiveReader.Kind.FOLDER) {
          Files.createDirectories(target);
          continue;
        }
        if (entry.kind() == ArchiveReader.Kind.OTHER) {
          throw new BadInputException(
              archive + " holds " + entry.name() + ", which is no plain file; pack it without");
        }
        Path parent = target.getParent();
        if (parent != null) {
          Files.createDirectories(parent);
        }
        if (Files.exists(target)) {
          throw new BadInputException(archive + " holds " + entry.name() + " twice");
        }
        limit -= copy(archive, entry.content(), target, buffer, limit, excess);
      }
    }
  }

  private static ArchiveReader open(Path archive) {
    try {
      return archive.toString().endsWith(".zip")
          ? ZipReader.open(archive)
          : TarReader.open(archive);
    } catch (IOException | IllegalArgumentException e) {
      throw damaged(archive, e);
    }
  }

  private static @Nullable Entry next(Path archive, ArchiveReader reader) {
    try {
      return reader.next();
    } catch (IOException | IllegalArgumentException e) {
      throw damaged(archive, e);
    }
  }

  private static Path target(Path archive, Path folder, String name) {
    try {
      Path target = folder.resolve(name).normalize();
      boolean climbs = ("/" + name.replace('\\', '/') + "/").contains("/../");
      if (!name.startsWith("/") && !climbs && target.startsWith(folder)) {
        return target;
      }
    } catch (InvalidPathException e) {
      throw damaged(archive, e);
    }
    throw new BadInputException(archive + " holds the path " + name + ", which leads out of it");
  }

  private static long copy(
      Path archive, InputStream in, Path target, byte[] buffer, long limit, String excess)
      throws IOException {
    long bytes = 0;
    try (OutputStream out = Files.newOutputStream(target)) {
      for (int read = read(archive, in, buffer); read >= 0; read = read(archive, in, buffer)) {
        bytes += read;
        if (bytes > limit) {
          throw new BadInputException(archive + " unpacks to " + excess);
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
        e instanceof ZipException && archive.toString().endsWith("gz")
            ? "bad compression"
            : e instanceof EOFException || e.getMessage() == null
                ? "it is cut off"
                : e.getMessage();
    return new BadInputException(archive + " is damaged: " + reason, e);
  }
}
