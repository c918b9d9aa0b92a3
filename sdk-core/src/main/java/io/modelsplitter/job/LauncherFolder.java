package io.modelsplitter.job;

import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.file.AtomicFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The folder of a {@link ProcessJobLauncher}, which is of no other one while this is open: two
 * would kill each other's processes. A launcher that is killed leaves it free. Thread-safe.
 */
final class LauncherFolder implements Closeable {
  private static final String LOCK = ".lock";
  private static final String ID = "launcher-id";

  /**
   * What this process holds. A lock file is never opened twice: on Linux to close any of its
   * descriptors drops the lock.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path folder;
  private final Path held;
  private final FileChannel channel;
  private final String id;

  private LauncherFolder(Path folder, Path held, FileChannel channel, String id) {
    this.folder = folder;
    this.held = held;
    this.channel = channel;
    this.id = id;
  }

  /**
   * Takes the folder, which is made where it is missing.
   *
   * @throws UnavailableException when another launcher has it
   */
  static LauncherFolder open(Path folder) throws IOException {
    make(folder);
    Path held = folder.toRealPath();
    if (!HELD.add(held)) {
      throw taken(folder);
    }
    FileChannel channel = null;
    LauncherFolder opened = null;
    try {
      channel = lock(folder);
      opened = new LauncherFolder(folder, held, channel, id(folder));
      return opened;
    } finally {
      if (opened == null) {
        close(channel, held);
      }
    }
  }

  private static FileChannel lock(Path folder) throws IOException {
    Path file = folder.resolve(LOCK);
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock = null;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) { // of this class by another class loader
      throw taken(folder);
    } finally {
      if (lock == null) {
        channel.close();
      }
    }
    if (lock == null) {
      throw taken(folder);
    }
    return channel;
  }

  private static UnavailableException taken(Path folder) {
    return new UnavailableException(
        "the jobs in "
            + folder
            + " are those of another launcher that runs; end it, or give each a folder of its own",
        null);
  }

  /** The same as long as the folder is there, and no other folder's. */
  private static String id(Path folder) throws IOException {
    Path file = folder.resolve(ID);
    if (!Files.exists(file)) {
      try (AtomicFile made = AtomicFile.create(file)) {
        byte[] text = UUID.randomUUID().toString().getBytes(StandardCharsets.US_ASCII);
        made.write(ByteBuffer.wrap(text));
        made.commit();
      }
    }
    String text = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
    try {
      return UUID.fromString(text).toString();
    } catch (IllegalArgumentException e) {
      throw new IOException(file + " holds no id; without the file a new one is made", e);
    }
  }

  /** For its owner's eyes only, where the system knows owners: in it are the tokens of jobs. */
  static void make(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    Path parent = folder.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    boolean posix = folder.getFileSystem().supportedFileAttributeViews().contains("posix");
    FileAttribute<?>[] ownersOnly =
        posix
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
            }
            : new FileAttribute<?>[0];
    Files.createDirectories(folder, ownersOnly);
  }

  Path path() {
    return folder;
  }

  String id() {
    return id;
  }

  /** Leaves the folder to the next launcher. */
  @Override
  public void close() throws IOException {
    if (channel.isOpen()) { // else another launcher may hold it by now
      close(channel, held);
    }
  }

  private static void close(@Nullable FileChannel channel, Path held) throws IOException {
    try {
      if (channel != null) {
        channel.close();
      }
    } finally {
      HELD.remove(held);
    }
  }
}
