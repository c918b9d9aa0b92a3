package io.modelsplitter.job;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.Problems;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Set;
import java.util.UUID;

/** A file with a key as text. No message shows what is in it. */
final class CredentialsKeyFile {
  private static final int MAX_BYTES = 1_024;

  private CredentialsKeyFile() {}

  static byte[] read(Path file) {
    try {
      if (Files.size(file) <= MAX_BYTES) {
        byte[] key = decode(Files.readString(file, StandardCharsets.ISO_8859_1).strip());
        if (key.length == CredentialsKey.BYTES) {
          return key;
        }
      }
    } catch (IOException e) {
      throw new BadInputException("cannot read the credentials key: " + Problems.describe(e), e);
    }
    throw new BadInputException(
        "the credentials key file "
            + file
            + " must hold 32 random bytes as 64 hex digits or in base64, and nothing else");
  }

  /** No bytes where the text is neither hex nor base64. */
  private static byte[] decode(String text) {
    try {
      return text.length() == 2 * CredentialsKey.BYTES
          ? HexFormat.of().parseHex(text)
          : Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      return new byte[0];
    }
  }

  /** The file appears whole or not at all, so that a process that is killed leaves no half key. */
  static void makeIfMissing(Path file) {
    if (Files.exists(file)) {
      return;
    }
    Path draft = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID());
    try {
      try {
        write(draft, HexFormat.of().formatHex(CredentialsKey.randomBytes(CredentialsKey.BYTES)));
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(draft);
      }
    } catch (IOException e) {
      throw new BadInputException("cannot make the credentials key: " + Problems.describe(e), e);
    }
  }

  private static void write(Path file, String text) throws IOException {
    boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
    FileAttribute<?>[] ownersOnly =
        posix
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
            }
            : new FileAttribute<?>[0];
    Set<StandardOpenOption> options =
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try (FileChannel channel = FileChannel.open(file, options, ownersOnly)) {
      ByteBuffer bytes = ByteBuffer.wrap((text + "\n").getBytes(StandardCharsets.US_ASCII));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true); // a key that is lost with the power takes what it sealed with it
    }
  }
}
