package io.modelsplitter.file;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A file in an archive, read forwards while the archive goes by. For one thread. */
record EntryFile(String name, EntryContent content) implements ByteSource {

  @Override
  public long size() {
    return content.size();
  }

  @Override
  public String version() {
    return String.valueOf(size());
  }

  @Override
  public ByteReader open(long from, long to) throws IOException {
    byte[] skipped = new byte[(int) Math.max(0, Math.min(64 << 10, from - content.position()))];
    while (content.position() < from) {
      take(skipped, 0, (int) Math.min(skipped.length, from - content.position()));
    }
    if (content.position() != from) {
      throw new IOException(name + " is in an archive, and is read forwards only");
    }
    return new ByteReader() {
      @Override
      public void read(ByteBuffer target) throws IOException {
        byte[] bytes = new byte[target.remaining()];
        for (int filled = 0; filled < bytes.length; ) {
          filled += take(bytes, filled, bytes.length - filled);
        }
        target.put(bytes);
      }

      @Override
      public void close() {
        // the archive goes on
      }
    };
  }

  private int take(byte[] buffer, int offset, int length) throws EOFException {
    int read = content.read(buffer, offset, length);
    if (read < 0) {
      throw new EOFException(name + " is shorter than the archive says");
    }
    return read;
  }
}
