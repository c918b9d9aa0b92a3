package io.modelsplitter.file;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.file.ArchiveReader.Entry;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * Unpacks, or looks through, {@code .tar.gz}, {@code .tgz}, {@code .tar} and {@code .zip} archives
 * from outside, streaming.
 *
 * <p>Only plain files and folders are taken: an absolute path, a path with {@code ..}, a link or a
 * device is refused, and so is an archive with too many files or too many bytes for what it is. The
 * folder appears whole or not at all.
 */
public final class Archives {

  /** How many entries an archive may have. */
  static final int MAX_ENTRIES = 100_000;

  /**
   * How many times its own size an archive may unpack to. Weights hardly compress, and deflate
   * cannot do more than about 1,000.
   */
  static final int MAX_RATIO = 200;

  /** No model's file needs more, and to take a path of many folders apart takes long. */
  private static final int MAX_PATH = 1_024;

  /** Of all entries together: they are held in memory, and an archive packs them to nothing. */
  private static final int MAX_PATHS = 8 << 20;

  private static final int BUFFER = 1 << 20;

  private Archives() {}

  /**
   * {@return whether the name is one of an archive that {@link #extract} takes}
   *
   * @param name a file's name
   */
  public static boolean isArchive(String name) {
    return name.endsWith(".tar.gz")
        || name.endsWith(".tgz")
        || name.endsWith(".tar")
        || name.endsWith(".zip");
  }

  /**
   * Unpacks an archive into a folder that does not exist yet.
   *
   * @param archive a {@code .zip}, {@code .tar}, {@code .tar.gz} or {@code .tgz} file
   * @param folder where to; it must not exist yet
   * @throws BadInputException when the archive is damaged or holds something that is refused
   * @throws IOException when a file cannot be written
   */
  public static void extract(Path archive, Path folder) throws IOException {
    extract(archive, folder, Long.MAX_VALUE);
  }

  /**
   * As {@link #extract(Path, Path)}, refusing what unpacks to more than so many bytes.
   *
   * @param archive a {@code .zip}, {@code .tar}, {@code .tar.gz} or {@code .tgz} file
   * @param folder where to; it must not exist yet
   * @param maxBytes of all files together, when they are unpacked
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

  /** Is handed the plain files of an archive, in its order. */
  public interface Visitor {

    /**
     * Reads what it wants of a file.
     *
     * @param path its path within the archive, with slashes
     * @param file its content, which can be read once, forwards, and until this returns
     * @throws IOException ends the visit and is passed on
     */
    void visit(String path, ByteSource file) throws IOException;
  }

  /**
   * Goes through an archive without unpacking it; nothing is written.
   *
   * @param archive a {@code .zip}, {@code .tar}, {@code .tar.gz} or {@code .tgz} file
   * @param visitor called for each file in the order of the archive
   * @throws IOException when the archive cannot be read, or the visitor throws it
   * @throws BadInputException as {@link #extract(Path, Path)}
   */
  public static void visit(Path archive, Visitor visitor) throws IOException {
    byte[] buffer = new byte[BUFFER];
    walk(
        archive,
        Long.MAX_VALUE,
        (path, content) -> {
          if (content != null) {
            visitor.visit(path, new EntryFile(path, content));
            while (content.read(buffer) >= 0) {
              // the next one begins after its end
            }
          }
        });
  }

  private static void unpack(Path archive, Path folder, long maxBytes) throws IOException {
    byte[] buffer = new byte[BUFFER];
    walk(
        archive,
        maxBytes,
        (path, content) -> {
          Path target = folder.resolve(path);
          if (content == null) {
            Files.createDirectories(target);
            return;
          }
          Files.createDirectories(Objects.requireNonNull(target.getParent()));
          try (OutputStream out = Files.newOutputStream(target, StandardOpenOption.CREATE_NEW)) {
            for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
              out.write(buffer, 0, read);
            }
          }
        });
  }

  /** Takes an entry that is not refused. */
  private interface Step {

    /**
     * @param path within the archive, with slashes
     * @param content of a file; null for a folder
     */
    void take(String path, @Nullable EntryContent content) throws IOException;
  }

  private static void walk(Path archive, long maxBytes, Step step) throws IOException {
    long byRatio = Math.max(64L << 20, Math.multiplyExact(Files.size(archive), (long) MAX_RATIO));
    String excess =
        maxBytes < byRatio
            ? "more than the " + maxBytes + " bytes that are allowed"
            : "more than " + MAX_RATIO + " times its size";
    long left = Math.min(byRatio, maxBytes);
    ArchivePaths known = new ArchivePaths(archive);
    int entries = 0;
    int paths = 0;
    try (ArchiveReader reader = open(archive)) {
      for (Entry entry = next(archive, reader); entry != null; entry = next(archive, reader)) {
        entries++;
        if (entries > MAX_ENTRIES) {
          throw new BadInputException(archive + " has more than " + MAX_ENTRIES + " entries");
        }
        paths += entry.name().length();
        if (entry.name().length() > MAX_PATH || paths > MAX_PATHS) {
          throw new BadInputException(
              archive + " holds paths that are too long; pack it with shorter ones");
        }
        String path = path(archive, entry.name());
        if (entry.kind() == ArchiveReader.Kind.FOLDER) {
          known.add(path, false);
          step.take(path, null);
          continue;
        }
        if (entry.kind() == ArchiveReader.Kind.OTHER) {
          throw new BadInputException(
              archive + " holds " + entry.name() + ", which is no plain file; pack it without");
        }
        known.add(path, true);
        EntryContent content = new EntryContent(archive, entry, left, excess);
        step.take(path, content);
        left -= content.position();
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

  /** The path of an entry, which stays within the archive, in its plain form. */
  private static String path(Path archive, String name) {
    try {
      Path root = Path.of("").toAbsolutePath();
      Path target = root.resolve(name).normalize();
      boolean climbs = ("/" + name.replace('\\', '/') + "/").contains("/../");
      if (!name.startsWith("/") && !climbs && target.startsWith(root)) {
        return root.relativize(target).toString().replace('\\', '/');
      }
    } catch (InvalidPathException e) {
      throw damaged(archive, e);
    }
    throw new BadInputException(archive + " holds the path " + name + ", which leads out of it");
  }

  static BadInputException damaged(Path archive, Exception e) {
    String reason =
        e instanceof ZipException && archive.toString().endsWith("gz")
            ? "bad compression"
            : e instanceof EOFException || e.getMessage() == null
                ? "it is cut off"
                : e.getMessage();
    return new BadInputException(archive + " is damaged: " + reason, e);
  }
}
