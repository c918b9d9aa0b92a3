package io.modelsplitter.file;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.file.DownloadState.Segment;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * One download: into {@code .NAME.download} beside the target, with its {@link DownloadState} in
 * {@code .NAME.download.state}, and under its name when it is whole. What is not whole stays there
 * for the next attempt. For one thread.
 */
final class Download {
  /** A part is worth a connection of its own from this size on. */
  private static final long LEAST_SEGMENT = 32L << 20;

  /** The lock files of this process, which must not open one of them twice: see below. */
  private static final Set<Path> RUNNING = ConcurrentHashMap.newKeySet();

  private final String url;
  private final Path target;
  private final Path part;
  private final Path stateFile;
  private final Path lockFile;
  private final DownloadOptions options;
  private final Supplier<String> urls;
  private final Map<String, String> expected = new LinkedHashMap<>();

  /** Cleared when the server turns out to ignore what ranges it is asked for. */
  private boolean mayUseRanges = true;

  Download(String url, Supplier<String> urls, Path target, DownloadOptions options)
      throws IOException {
    this.url = url;
    this.urls = urls;
    this.target = target.toAbsolutePath();
    this.options = options;
    Path folder = this.target.getParent();
    Path name = this.target.getFileName();
    if (folder == null || name == null) {
      throw new IOException(target + " is not a file name");
    }
    Files.createDirectories(folder);
    folder = folder.toRealPath();
    this.part = folder.resolve("." + name + ".download");
    this.stateFile = folder.resolve("." + name + ".download.state");
    this.lockFile = folder.resolve("." + name + ".download.lock");
  }

  /** The content is not what it was, or cannot be gone on with: begin anew. */
  static final class ChangedException extends IOException {
    final boolean ignoresRanges;

    ChangedException(String message, boolean ignoresRanges) {
      super(message);
      this.ignoresRanges = ignoresRanges;
    }
  }

  /** Whoever has the file must find this digest. */
  void expect(String algorithm, String hex) {
    expected.put(algorithm, hex);
  }

  /**
   * Downloads.
   *
   * @param algorithms the digests that are wanted
   * @return the digests by their algorithms, and {@code bytes}
   */
  Result run(List<String> algorithms) throws IOException {
    if (!RUNNING.add(lockFile)) {
      throw beingDownloaded();
    }
    try {
      // Not the part itself, which changes its name while others wait for it.
      FileChannel lock = lock();
      try {
        return locked(algorithms);
      } finally {
        try (lock) {
          tidy();
        }
      }
    } finally {
      RUNNING.remove(lockFile);
    }
  }

  /** Leaves nothing but what another attempt could go on with. */
  private void tidy() throws IOException {
    boolean interrupted = Thread.interrupted(); // which closes every file that is looked at
    try {
      if (!isWorthKeeping()) {
        Files.deleteIfExists(stateFile);
        Files.deleteIfExists(part);
      }
      Files.deleteIfExists(lockFile);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Whether another attempt could go on from here. */
  private boolean isWorthKeeping() throws IOException {
    try (DownloadState state = DownloadState.open(stateFile, identity())) {
      return state != null && state.held() > 0;
    }
  }

  private Result locked(List<String> algorithms) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            part, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      for (int changes = 1; ; changes++) {
        try {
          Result result = run(channel, algorithms);
          Files.move(
              part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
          Files.deleteIfExists(stateFile);
          return result;
        } catch (ChangedException e) {
          mayUseRanges &= !e.ignoresRanges;
          forget(channel);
          if (changes >= options.attempts()) {
            throw new UnavailableException(
                "cannot download " + FileDownloader.shown(url) + ": " + e.getMessage(), e);
          }
        } catch (WrongContentException e) {
          forget(channel);
          throw e;
        }
      }
    }
  }

  /** The size of a file and its digests by their algorithms. */
  record Result(long bytes, Map<String, String> digests) {}

  /** Locked until it is closed. */
  private FileChannel lock() throws IOException {
    while (true) {
      FileChannel channel =
          FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      boolean isLocked = false;
      try {
        if (channel.tryLock() == null) {
          throw beingDownloaded();
        }
        isLocked = isStillThere(channel);
      } finally {
        if (!isLocked) {
          channel.close();
        }
      }
      if (isLocked) {
        return channel;
      }
    }
  }

  /**
   * Whoever held the lock may have deleted the file between its opening here and its locking. Told
   * by its size, since a system drops the lock when the file is opened once more and closed.
   */
  private boolean isStillThere(FileChannel channel) throws IOException {
    long at = ThreadLocalRandom.current().nextLong(1 << 20);
    channel.truncate(0);
    channel.write(ByteBuffer.allocate(1), at);
    try {
      return Files.size(lockFile) == at + 1;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private IOException beingDownloaded() {
    return new IOException(target + " is being downloaded by somebody else");
  }

  private void forget(FileChannel channel) throws IOException {
    Files.deleteIfExists(stateFile);
    channel.truncate(0);
  }

  private Result run(FileChannel channel, List<String> algorithms) throws IOException {
    boolean isHttp = url.regionMatches(true, 0, "http", 0, 4); // a signed URL has its own key
    HttpSource source = new HttpSource(urls, isHttp ? options.token() : null, options);
    DownloadState earlier = mayUseRanges ? DownloadState.open(stateFile, identity()) : null;
    if (earlier != null && earlier.reach() <= channel.size()) {
      return run(source, earlier, null, channel, algorithms);
    }
    try (Response first = new SegmentFetch(source, options).first()) {
      return run(source, begin(first, channel), first, channel, algorithms);
    }
  }

  private Result run(
      HttpSource source,
      DownloadState state,
      @Nullable Response first,
      FileChannel channel,
      List<String> algorithms)
      throws IOException {
    try (DownloadState running = state) {
      TreeSet<String> wanted = new TreeSet<>(algorithms);
      wanted.addAll(expected.keySet());
      wanted.addAll(running.digests().keySet());
      Map<String, String> digests = fetch(source, running, first, wanted);
      long bytes = running.held();
      if (channel.size() != bytes) {
        channel.truncate(bytes);
      }
      check(expected, digests);
      check(running.digests(), digests);
      return new Result(bytes, digests);
    }
  }

  private byte[] identity() {
    return DownloadState.identity(url);
  }

  private DownloadState begin(Response first, FileChannel channel) throws IOException {
    forget(channel);
    long length = ServerDigests.length(first);
    if (length > options.maxBytes()) {
      throw tooLarge(url, options);
    }
    long free = part.toFile().getUsableSpace();
    if (free > 0 && length > free) { // 0 also where nobody knows
      throw new IOException(
          "%s has %d bytes, and there is room for %d only in %s"
              .formatted(FileDownloader.shown(url), length, free, target.getParent()));
    }
    String validator = HttpSource.validator(first);
    boolean takesRanges = "bytes".equalsIgnoreCase(first.header("Accept-Ranges", ""));
    int most = takesRanges && mayUseRanges && !validator.isEmpty() ? options.connections() : 1;
    int count = (int) Math.max(1, Math.min(most, length / LEAST_SEGMENT));
    return DownloadState.create(
        stateFile, identity(), validator, ServerDigests.of(first), length, count);
  }

  /** What is here is of no use; other refusals may pass, and it is kept for then. */
  private static final class WrongContentException extends BadInputException {
    WrongContentException(String message) {
      super(message);
    }
  }

  static BadInputException tooLarge(String url, DownloadOptions options) {
    return new WrongContentException(
        "%s has more than the %d bytes that are allowed"
            .formatted(FileDownloader.shown(url), options.maxBytes()));
  }

  /** Fetches what is missing, side by side, and hashes what comes. */
  private Map<String, String> fetch(
      HttpSource source, DownloadState state, @Nullable Response first, Iterable<String> algorithms)
      throws IOException {
    FileFollower follower = new FileFollower();
    ExecutorService pool = Executors.newCachedThreadPool();
    ExecutorCompletionService<Long> fetching = new ExecutorCompletionService<>(pool);
    try {
      Map<String, Future<String>> hashing = new LinkedHashMap<>();
      algorithms.forEach(name -> hashing.put(name, pool.submit(() -> follower.digest(part, name))));
      follower.available(state.prefix());
      List<Segment> missing = new ArrayList<>(state.segments());
      missing.removeIf(Segment::isDone);
      Response ready = first;
      SegmentFetch fetch = new SegmentFetch(source, options, url, state, part, follower);
      for (Segment segment : missing) {
        Response taken = ready;
        ready = null;
        fetching.submit(() -> fetch.run(segment, taken));
      }
      for (Segment ignored : missing) {
        result(fetching.take());
      }
      follower.end();
      options.listener().progress(state.held(), state.held());
      Map<String, String> digests = new LinkedHashMap<>();
      for (Map.Entry<String, Future<String>> digest : hashing.entrySet()) {
        digests.put(digest.getKey(), result(digest.getValue()));
      }
      return digests;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw interrupted();
    } finally {
      source.cancel();
      pool.shutdownNow();
      awaitEnd(pool);
    }
  }

  private static <V> V result(Future<V> future) throws IOException, InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof HttpSource.PassingException passing) {
        throw HttpSource.unavailable(passing);
      }
      if (cause instanceof ClosedByInterruptException) {
        throw interrupted();
      }
      if (cause instanceof IOException io) {
        throw io;
      }
      if (cause instanceof RuntimeException runtime) {
        throw runtime;
      }
      throw new IllegalStateException(cause);
    }
  }

  private static InterruptedIOException interrupted() {
    return new InterruptedIOException("the download was interrupted");
  }

  /** Nobody may write to the file any more. */
  private static void awaitEnd(ExecutorService pool) {
    boolean interrupted = Thread.interrupted();
    try {
      pool.awaitTermination(30, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void check(Map<String, String> wanted, Map<String, String> digests) {
    wanted.forEach(
        (algorithm, hex) -> {
          if (!hex.equalsIgnoreCase(digests.get(algorithm))) {
            throw new WrongContentException(
                "%s has the %s %s, not %s; it is not the file that was meant"
                    .formatted(FileDownloader.shown(url), algorithm, digests.get(algorithm), hex));
          }
        });
  }
}
