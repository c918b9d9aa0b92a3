package io.modelsplitter.file;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How far a download is, in a small file beside it that is mapped into memory: so what it says is
 * right also after the process was killed. It is not right after the machine has failed, whose disk
 * may have kept this and not the bytes; so it is only believed while the machine that wrote it
 * runs.
 *
 * <p>The file has a digest of the URL and the machine, the length of the whole, the number of
 * segments, the SHA-256 and the MD5 that the server says the whole has (zeros where it does not
 * say), the validator (an {@code ETag} or {@code Last-Modified}) by which the server tells one
 * content from another, and of each segment its first byte, the byte after its last, and the next
 * byte that is missing.
 */
final class DownloadState implements Closeable {
  private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");
  private static final int DIGEST = 32;
  private static final int MAX_VALIDATOR = 510;
  private static final int SHA256_AT = DIGEST + Long.BYTES + Integer.BYTES;
  private static final int MD5_AT = SHA256_AT + 32;
  private static final int VALIDATOR_AT = MD5_AT + 16;
  private static final int HEAD = VALIDATOR_AT + Short.BYTES + MAX_VALIDATOR;
  private static final int SEGMENT = 3 * Long.BYTES;
  private static final int MAX_SEGMENTS = 64;

  private final MappedByteBuffer buffer;
  private final List<Segment> segments = new ArrayList<>();

  private DownloadState(MappedByteBuffer buffer, int count) {
    this.buffer = buffer;
    for (int i = 0; i < count; i++) {
      segments.add(new Segment(HEAD + i * SEGMENT));
    }
  }

  /** A part of the file, fetched by one connection. */
  final class Segment {
    private final int at;

    private Segment(int at) {
      this.at = at;
    }

    long start() {
      return buffer.getLong(at);
    }

    /** The byte after the last one; {@link Long#MAX_VALUE} where nobody knows. */
    long end() {
      return buffer.getLong(at + Long.BYTES);
    }

    /** The next byte that is missing. */
    synchronized long position() {
      return buffer.getLong(at + 2 * Long.BYTES);
    }

    synchronized void moveTo(long position) {
      buffer.putLong(at + 2 * Long.BYTES, position);
    }

    /** Here is the end that nobody knew. */
    synchronized void endHere() {
      buffer.putLong(at + Long.BYTES, position());
    }

    boolean isDone() {
      return position() >= end();
    }
  }

  /** Begins anew. */
  static DownloadState create(
      Path file,
      byte[] identity,
      String validator,
      Map<String, String> digests,
      long length,
      int count)
      throws IOException {
    Files.deleteIfExists(file);
    byte[] text = validator.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(HEAD + count * SEGMENT);
    bytes.put(identity).putLong(length).putInt(count);
    put(bytes.position(SHA256_AT), digests.get("SHA-256"));
    put(bytes.position(MD5_AT), digests.get("MD5"));
    bytes.position(VALIDATOR_AT).putShort((short) text.length).put(text);
    bytes.position(HEAD);
    for (int i = 0; i < count; i++) {
      long start = length < 0 ? 0 : length / count * i;
      long end = length < 0 ? Long.MAX_VALUE : i == count - 1 ? length : length / count * (i + 1);
      bytes.putLong(start).putLong(end).putLong(start);
    }
    Files.write(file, bytes.array(), StandardOpenOption.CREATE_NEW);
    return map(file, count);
  }

  private static void put(ByteBuffer bytes, @Nullable String hex) {
    if (hex != null) {
      bytes.put(HexFormat.of().parseHex(hex));
    }
  }

  /** What an earlier attempt left; null where there is nothing, or nothing to be believed. */
  static @Nullable DownloadState open(Path file, byte[] identity) throws IOException {
    if (!Files.isRegularFile(file)) {
      return null;
    }
    byte[] bytes = Files.readAllBytes(file);
    if (bytes.length < HEAD + SEGMENT || !Arrays.equals(identity, Arrays.copyOf(bytes, DIGEST))) {
      return null;
    }
    int count = ByteBuffer.wrap(bytes).getInt(DIGEST + Long.BYTES);
    int validator = ByteBuffer.wrap(bytes).getShort(VALIDATOR_AT);
    boolean isWhole =
        count >= 1
            && count <= MAX_SEGMENTS
            && bytes.length == HEAD + count * SEGMENT
            && validator > 0
            && validator <= MAX_VALIDATOR;
    return isWhole ? map(file, count) : null;
  }

  private static DownloadState map(Path file, int count) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return new DownloadState(
          channel.map(FileChannel.MapMode.READ_WRITE, 0, HEAD + (long) count * SEGMENT), count);
    }
  }

  /** Whether a validator can be kept here. */
  static boolean canKeep(String validator) {
    return validator.getBytes(StandardCharsets.UTF_8).length <= MAX_VALIDATOR;
  }

  /** What must be the same so that bytes of an earlier attempt can be used. */
  static byte[] identity(String url) {
    return Digester.algorithm("SHA-256")
        .digest((boot() + " " + url).getBytes(StandardCharsets.UTF_8));
  }

  private static String boot() {
    try {
      return Files.isReadable(BOOT) ? Files.readString(BOOT).strip() : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The length of the whole, or -1. */
  long length() {
    return buffer.getLong(DIGEST);
  }

  /** Empty where the server gave none: then nothing can be used again. */
  String validator() {
    byte[] text = new byte[buffer.getShort(VALIDATOR_AT)];
    buffer.get(VALIDATOR_AT + Short.BYTES, text);
    return new String(text, StandardCharsets.UTF_8);
  }

  /** What the server says of the whole: digests in hex, by their algorithms. */
  Map<String, String> digests() {
    Map<String, String> digests = new LinkedHashMap<>();
    putUnlessZero(digests, "SHA-256", SHA256_AT, 32);
    putUnlessZero(digests, "MD5", MD5_AT, 16);
    return digests;
  }

  private void putUnlessZero(Map<String, String> digests, String algorithm, int at, int length) {
    byte[] digest = new byte[length];
    buffer.get(at, digest);
    if (!Arrays.equals(digest, new byte[length])) {
      digests.put(algorithm, HexFormat.of().formatHex(digest));
    }
  }

  List<Segment> segments() {
    return segments;
  }

  /** How many bytes are here. */
  long held() {
    return segments.stream().mapToLong(segment -> segment.position() - segment.start()).sum();
  }

  /** How many bytes from the first one on are here without a gap. */
  long prefix() {
    for (Segment segment : segments) {
      if (!segment.isDone()) {
        return segment.position();
      }
    }
    return segments.get(segments.size() - 1).position();
  }

  /** The byte after the last one that is here: no smaller file has what is said here. */
  long reach() {
    return segments.stream()
        .filter(segment -> segment.position() > segment.start())
        .mapToLong(Segment::position)
        .max()
        .orElse(0);
  }

  /** The mapping ends when nobody has it any more. */
  @Override
  public void close() {
    buffer.force();
  }
}
