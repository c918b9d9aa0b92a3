package io.modelsplitter.storage;

import io.modelsplitter.file.AtomicFile;
import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers, in a hidden file beside the one that is uploaded, under which id its parts went to the
 * server, so that another process can go on. Where no file can be written, it cannot.
 */
final class UploadNote {
  private static final Logger log = LoggerFactory.getLogger(UploadNote.class);

  private final Path note;
  private final String what;

  /**
   * @param what the file's content and where it goes: another one begins anew
   */
  UploadNote(Path file, String what) {
    Path absolute = file.toAbsolutePath();
    this.note = absolute.resolveSibling("." + absolute.getFileName() + ".upload");
    this.what = what;
  }

  /** The id of an upload that was begun. */
  Optional<String> read() {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(note)) {
      properties.load(reader);
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
    return what.equals(properties.getProperty("what"))
        ? Optional.ofNullable(properties.getProperty("upload-id"))
        : Optional.empty();
  }

  void write(String uploadId) {
    Properties properties = new Properties();
    properties.setProperty("what", what);
    properties.setProperty("upload-id", uploadId);
    StringWriter text = new StringWriter();
    try (AtomicFile file = AtomicFile.create(note)) {
      properties.store(text, null);
      file.write(ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8)));
      file.commit();
    } catch (IOException e) {
      log.debug("an upload that is stopped will begin anew: {}", e.toString());
    }
  }

  void delete() {
    try {
      Files.deleteIfExists(note);
    } catch (IOException e) {
      log.debug("cannot delete {}: {}", note, e.toString());
    }
  }
}
