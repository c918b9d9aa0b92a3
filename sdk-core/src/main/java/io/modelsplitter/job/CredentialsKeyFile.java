package io.modelsplitter.job;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.Problems;
import io.modelsplitter.file.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
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

  private static final String HOW =
      "; make one with: openssl rand -hex 32 (the same one for every server of a database)";

  private CredentialsKeyFile() {}

  static byte[] read(Path file) {
    try {
      if (Files.size(file) <= MAX_BYTES) {
        byte[] key = decode(Files.readString(file, StandardCharsets.ISO_8859_1).strip());
        if (key.length == CredentialsKey.BYTES) {
          return key;
        }
      }
    } catch (NoSuchFileException e) {
      throw new BadInputException("there is no credentials key file " + file + HOW, e);
    } catch (IOException e) {
      throw new BadInputException("cannot read the credentials key: " + Problems.describe(e), e);
    }
    throw new BadInputException(
        "the credentials key file "
            + file
            + " must hold 32 random bytes as 64 hex digits or in base64, and nothing else"
            + HOW);
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

  /**
   * The file appears whole or not at all, so that a process that is killed leaves no half key, and
   * of several that make it at once all go on with the same.
   */
  static void makeIfMissing(Path file) {
    if (Files.exists(file)) {
      return;
    }
    Path draft = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID());
    try {
      try {
        write(draft, HexFormat.of().formatHex(CredentialsKey.randomBytes(CredentialsKey.BYTES)));
        publish(draft, file);
      } finally {
        Files.deleteIfExists(draft);
      }
      AtomicFile.flushFolder(file); // else its name, and so the key, can be lost with the power
    } catch (IOException e) {
      throw new BadInputException("cannot make the credentials key: " + Problems.describe(e), e);
    }
  }

  /** A link is made only where nothing is, which a move does not promise. */
  private static void publish(Path draft, Path file) throws IOException {
    try {
      Files.createLink(file, draft);
    } catch (FileAlreadyExistsException e) {
      // another one was faster, and its key is the key
    } catch (FileSystemException | UnsupportedOperationException e) { // it knows no links
      move(draft, file);
    }
  }

  private static void move(Path draft, Path file) throws IOException {
    try {
      Files.move(draft, file);
    } catch (FileAlreadyExistsException e) {
      // as above
    }
  }

  private static boolean isPosix(Path file) {
    return file.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  private static void write(Path file, String text) throws IOException {
    FileAttribute<?>[] ownersOnly =
        isPosix(file)
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
