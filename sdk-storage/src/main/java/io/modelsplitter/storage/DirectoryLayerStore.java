package io.modelsplitter.storage;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.file.AtomicFile;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.function.Consumer;

/** Files in one directory, made when the first file comes. */
final class DirectoryLayerStore implements LayerStore {
  private final Path directory;

  DirectoryLayerStore(Path directory) {
    this.directory = directory.toAbsolutePath().normalize();
  }

  @Override
  public URI put(Path file, String name) throws IOException {
    Path target = path(name);
    Files.createDirectories(directory);
    try {
      Files.move(file, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      AtomicFile.flushFolder(target);
    } catch (AtomicMoveNotSupportedException e) { // another file system: copy, then rename there
      copy(file, target);
      Files.delete(file);
    }
    return publicUrl(name);
  }

  @Override
  public void get(String name, Path target) throws IOException {
    Path source = path(name);
    if (!Files.isRegularFile(source)) {
      throw new BadInputException("there is no file " + name + " in " + directory);
    }
    copy(source, target);
  }

  @Override
  public boolean contains(String name) {
    return Files.isRegularFile(path(name));
  }

  @Override
  public void list(Consumer<? super StoredFile> action) throws IOException {
    if (!Files.exists(directory)) {
      return; // no file came yet
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        if (StoredNames.isValid(name) && Files.isRegularFile(file)) {
          try {
            BasicFileAttributes about = Files.readAttributes(file, BasicFileAttributes.class);
            action.accept(new StoredFile(name, about.size(), about.lastModifiedTime().toInstant()));
          } catch (NoSuchFileException e) {
            // somebody removed it meanwhile
          }
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  @Override
  public void delete(String name) throws IOException {
    boolean unused = Files.deleteIfExists(path(name));
  }

  @Override
  public URI publicUrl(String name) {
    return path(name).toUri();
  }

  @Override
  public String toString() {
    return directory.toUri().toString();
  }

  private Path path(String name) {
    return directory.resolve(StoredNames.checked(name));
  }

  private static void copy(Path source, Path target) throws IOException {
    try (AtomicFile file = AtomicFile.create(target);
        OutputStream out = file.stream()) {
      Files.copy(source, out);
      file.commit();
    }
  }
}
