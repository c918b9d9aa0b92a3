package io.modelsplitter.file;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The hash under which a layer's file is registered. Files of any size are read in constant memory.
 * Stateless and thread-safe.
 *
 * <pre>{@code
 * String md5 = new LayerHash().getHash("/mnt/models/split_1.safetensors");
 * }</pre>
 */
public final class LayerHash {
  private static final Logger log = LoggerFactory.getLogger(LayerHash.class);
  private static final int BUFFER = 256 << 10;

  /**
   * {@return the MD5 of a file in lower-case hex, or null when it cannot be read; the log says why}
   * {@link #digests} throws the reason instead.
   *
   * @param filePath the file's path
   */
  public @Nullable String getHash(String filePath) {
    try {
      return md5(Path.of(filePath), read -> {});
    } catch (IOException | InvalidPathException e) {
      log.error("cannot hash {}: {}", filePath, e.toString());
      return null;
    }
  }

  /**
   * {@return the SHA-256 of a file in lower-case hex}
   *
   * @param file an existing file
   * @throws IOException when the file cannot be read
   */
  public String sha256(Path file) throws IOException {
    return sha256(file, read -> {});
  }

  /**
   * As {@link #sha256(Path)}, for who wants to know how far it is.
   *
   * @param file an existing file
   * @param read hears of so many bytes each time that some were read; what it throws ends the work
   * @return its SHA-256 in lower-case hex
   * @throws IOException when the file cannot be read
   */
  public String sha256(Path file, LongConsumer read) throws IOException {
    return digest(file, "SHA-256", read);
  }

  /**
   * The MD5 of a file in lower-case hex: {@link #getHash} with its reasons, and for who wants to
   * know how far it is.
   *
   * @param file an existing file
   * @param read hears of so many bytes each time that some were read; what it throws ends the work
   * @return its MD5
   * @throws IOException when the file cannot be read
   */
  public String md5(Path file, LongConsumer read) throws IOException {
    return digest(file, "MD5", read);
  }

  private static String digest(Path file, String algorithm, LongConsumer listener)
      throws IOException {
    MessageDigest digest = Digester.algorithm(algorithm);
    byte[] buffer = new byte[BUFFER];
    try (InputStream in = Files.newInputStream(file)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
        listener.accept(read);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /**
   * Size, MD5 and SHA-256 of a file in one pass.
   *
   * @param file an existing file
   * @return size and digests
   * @throws IOException when the file cannot be read
   */
  public FileDigests digests(Path file) throws IOException {
    return digests(file, read -> {});
  }

  private static FileDigests digests(Path file, LongConsumer listener) throws IOException {
    Digester digester = new Digester();
    byte[] buffer = new byte[BUFFER];
    try (InputStream in = Files.newInputStream(file)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digester.update(buffer, 0, read);
        listener.accept(read);
      }
    }
    return digester.finish();
  }

  /**
   * {@link #digests(Path)} of many files, side by side on the processors of this machine.
   *
   * @param files existing files
   * @return in the order of the files
   * @throws IOException when one cannot be read
   */
  public Map<Path, FileDigests> digests(List<Path> files) throws IOException {
    return digests(files, read -> {});
  }

  /**
   * As {@link #digests(List)}, for who wants to know how far it is.
   *
   * @param files existing files
   * @param read hears of so many bytes each time that some of any file were read, from any thread;
   *     what it throws ends the work
   * @return in the order of the files
   * @throws IOException when one cannot be read
   */
  public Map<Path, FileDigests> digests(List<Path> files, LongConsumer read) throws IOException {
    int threads = Math.max(1, Math.min(files.size(), Runtime.getRuntime().availableProcessors()));
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      Map<Path, Future<FileDigests>> running = new LinkedHashMap<>();
      files.forEach(file -> running.put(file, pool.submit(() -> digests(file, read))));
      Map<Path, FileDigests> done = new LinkedHashMap<>();
      for (Map.Entry<Path, Future<FileDigests>> file : running.entrySet()) {
        done.put(file.getKey(), result(file.getValue()));
      }
      return done;
    } finally {
      pool.shutdownNow();
    }
  }

  private static FileDigests result(Future<FileDigests> future) throws IOException {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while files were hashed");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    }
  }
}
