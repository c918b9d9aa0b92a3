package io.modelsplitter.storage;

import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;

/** A part of a file as the body of a request, read while it is sent. */
final class FilePart extends RequestBody {
  private static final long CHUNK = 64 << 10;

  private final Path file;
  private final long from;
  private final long length;

  FilePart(Path file, long from, long length) {
    this.file = file;
    this.from = from;
    this.length = length;
  }

  @Override
  public @Nullable MediaType contentType() {
    return null;
  }

  @Override
  public long contentLength() {
    return length;
  }

  @Override
  public void writeTo(BufferedSink sink) throws IOException {
    try (FileChannel source = FileChannel.open(file, StandardOpenOption.READ)) {
      long sent = 0;
      while (sent < length) {
        long moved = source.transferTo(from + sent, Math.min(CHUNK, length - sent), sink);
        if (moved <= 0) {
          throw new EOFException(file + " became shorter while it was uploaded");
        }
        sent += moved;
      }
    }
  }
}
