package io.modelsplitter.file;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * A file that appears under its name whole or not at all.
 *
 * <p>The bytes go to a hidden {@code .part} file in the same folder; {@link #commit()} flushes it
 * to the disk and renames it. Closed without a commit, it is removed. For one thread.
 *
 * <pre>{@code
 * try (AtomicFile file = AtomicFile.create(path)) {
 *   file.write(bytes);
 *   file.commit();
 * }
 * }</pre>
 */
public final class AtomicFile implements Closeable {
  private final Path target;
  private final Path part;
  private final FileChannel channel;
  private final EarlyFlush early;
  private boolean committed;

  private AtomicFile(Path target, Path part, FileChannel channel) {
    this.target = target;
    this.part = part;
    this.channel = channel;
    this.early = new EarlyFlush(channel);
  }

  /**
   * Begins a file; missing folders are made.
   *
   * @param target the file that {@link #commit} makes or replaces
   * @return the file that was begun; close it in any case
   * @throws IOException when the folder cannot be made or written
   */
  public static AtomicFile create(Path target) throws IOException {
    Path absolute = target.toAbsolutePath();
    Path folder = absolute.getParent();
    Path name = absolute.getFileName();
    if (folder == null || name == null) {
      throw new IOException(target + " is not a file name");
    }
    Files.createDirectories(folder);
    Path part = folder.resolve("." + name + "." + UUID.randomUUID() + ".part");
    FileChannel channel =
        FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    return new AtomicFile(absolute, part, channel);
  }

  /**
   * Appends all remaining bytes of the buffer.
   *
   * @param bytes what to append, from its position to its limit
   * @throws IOException when the disk is full or fails
   */
  public void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      early.written(channel.write(bytes));
    }
  }

  /** {@return a stream that appends to the file; closing it does nothing more than closing this} */
  public OutputStream stream() {
    return Channels.newOutputStream(channel);
  }

  /**
   * Flushes the bytes to the disk and gives the file its name, replacing one that has it.
   *
   * @throws IOException when the bytes cannot be flushed or the name cannot be given
   */
  public void commit() throws IOException {
    early.end();
    if (channel.isOpen()) {
      channel.force(true);
    } else {
      flush(part);
    }
    channel.close();
    Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    committed = true;
    flushFolder(target);
  }

  @Override
  public void close() throws IOException {
    channel.close();
    if (!committed) {
      Files.deleteIfExists(part);
    }
  }

  /**
   * Makes a rename in the folder of this file last, as far as the file system can.
   *
   * @param file the file that was renamed
   * @throws IOException when the folder cannot be flushed
   */
  public static void flushFolder(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    // Not the file store's views: to find that fails where /proc/mounts does not have the folder.
    if (folder == null || !folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return; // elsewhere a folder cannot be opened
    }
    flush(folder);
  }

  private static void flush(Path path) throws IOException {
    try (FileChannel opened = FileChannel.open(path, StandardOpenOption.READ)) {
      opened.force(true);
    }
  }
}
