package io.modelsplitter;

import io.modelsplitter.error.ModelSplitterException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** One line that tells a person what went wrong. */
final class Problems {

  private Problems() {}

  static String describe(Throwable e) {
    String message = e.getMessage();
    if (e instanceof ModelSplitterException && message != null) {
      return message;
    }
    if (e instanceof FileSystemException file) {
      return describe(file);
    }
    String kind = e.getClass().getSimpleName();
    return message == null || message.isBlank() ? kind : kind + ": " + message;
  }

  /** The JDK's messages of these are often the bare path. */
  private static String describe(FileSystemException e) {
    String reason = e.getReason();
    if (e instanceof NoSuchFileException) {
      reason = "no such file or folder";
    } else if (e instanceof AccessDeniedException) {
      reason = "access denied";
    } else if (e instanceof FileAlreadyExistsException) {
      reason = "it exists already and is no folder";
    }
    return "file system: " + e.getFile() + ": " + (reason == null ? "failed" : reason);
  }
}
