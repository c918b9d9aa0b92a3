package io.modelsplitter.file;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file on this machine. */
record LocalFile(Path path) implements ByteSource {

  @Override
  public String name() {
    return path.toString();
  }

  @Override
  public long size() throws IOException {
    return Files.size(path);
  }

  @Override
  public String version() throws IOException {
    return size() + " " + Files.getLastModifiedTime(path).toMillis();
  }

  @Override
  public ByteReader open(long from, long to) throws IOException {
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
    return new Reader(channel, true, from, to);
  }

  /** The file is opened once, however many spans there are. */
  @Override
  public ByteReader open(Stride stride) throws IOException {
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
    return new StrideReader(stride, (from, to) -> new Reader(channel, false, from, to), channel);
  }

  @Override
  public String toString() {
    return name();
  }

  private final class Reader implements ByteReader {
    private final FileChannel channel;
    private final boolean isOwn;
    private final long end;
    private long position;

    Reader(FileChannel channel, boolean isOwn, long from, long to) {
      this.channel = channel;
      this.isOwn = isOwn;
      this.position = from;
      this.end = to;
    }

    @Override
    public void read(ByteBuffer target) throws IOException {
      if (target.remaining() > end - position) {
        throw new EOFException(path + " is asked for bytes after " + end);
      }
      while (target.hasRemaining()) {
        int read = channel.read(target, position);
        if (read < 0) {
          throw new EOFException(path + " became shorter while it was read");
        }
        position += read;
      }
    }

    @Override
    public void close() throws IOException {
      if (isOwn) {
        channel.close();
      }
    }
  }
}
