package io.modelsplitter;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.file.AtomicFile;
import io.modelsplitter.file.Folders;
import io.modelsplitter.json.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the attempts of one task tell each other: named notes that outlive the process, also one
 * that is killed. A note is there whole or not at all, and a damaged one is as if it were not
 * there.
 *
 * <pre>{@code
 * Optional<Map<String, Object>> done = context.journal().get("rank-3");
 * }</pre>
 *
 * <p>What a note says of a file is to be checked, by size and digest, before it is believed.
 * Thread-safe. One attempt of a task runs at a time.
 */
public final class Journal {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

  private final Path folder;

  Journal(Path folder) {
    this.folder = folder;
  }

  /**
   * {@return the note with this name}
   *
   * @param name as it was given to {@link #put}
   * @throws IOException when it is there and cannot be read
   */
  @SuppressWarnings("unchecked") // put wrote it
  public Optional<Map<String, Object>> get(String name) throws IOException {
    byte[] text;
    try {
      text = Files.readAllBytes(file(name));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    try {
      Map<String, Object> note = Json.parseObject("note " + name, text);
      return note.get("data") instanceof Map<?, ?> data && digest(data).equals(note.get("sha256"))
          ? Optional.of((Map<String, Object>) data)
          : Optional.empty();
    } catch (BadInputException e) {
      return Optional.empty();
    }
  }

  /**
   * Keeps a note, in the place of one that has the name. It is on the disk when this returns.
   *
   * @param name 1 to 100 characters of {@code [A-Za-z0-9._-]}
   * @param data what JSON can hold
   * @throws IOException when it cannot be written; what was there stays
   */
  public void put(String name, Map<String, ?> data) throws IOException {
    Map<String, Object> note = new LinkedHashMap<>();
    note.put("data", data);
    note.put("sha256", digest(data));
    try (AtomicFile file = AtomicFile.create(file(name))) {
      file.write(ByteBuffer.wrap(Json.writeBytes(note)));
      file.commit();
    }
  }

  /**
   * Forgets a note, if it is there.
   *
   * @param name as it was given to {@link #put}
   * @throws IOException when it cannot be removed
   */
  public void remove(String name) throws IOException {
    Files.deleteIfExists(file(name));
  }

  /** Forgets everything. */
  void clear() throws IOException {
    Folders.delete(folder);
  }

  private Path file(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "a note's name must be 1 to 100 characters of [A-Za-z0-9._-], not " + Json.show(name));
    }
    return folder.resolve(name + ".json");
  }

  private static String digest(Map<?, ?> data) {
    try {
      byte[] text = Json.writeBytes(data);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
