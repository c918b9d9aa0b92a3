package io.modelsplitter.error;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Puts what went wrong into words. */
public final class Problems {
  private static final int MAX_LENGTH = 2_000;

  /** With the blanks around it, it would take time that grows with the square of their number. */
  private static final Pattern LINE_BREAK = Pattern.compile("\\R");

  private Problems() {}

  /**
   * {@return one line that tells a person what went wrong, of at most 2,000 characters}
   *
   * @param e what was thrown
   */
  public static String describe(Throwable e) {
    return oneLine(reason(e));
  }

  /**
   * {@return the text without line breaks, cut after 2,000 characters}
   *
   * @param text any text
   */
  public static String oneLine(String text) {
    String line =
        LINE_BREAK
            .splitAsStream(text)
            .map(String::strip)
            .filter(part -> !part.isEmpty())
            .collect(Collectors.joining(" "));
    return line.length() <= MAX_LENGTH ? line : line.substring(0, MAX_LENGTH - 3) + "...";
  }

  private static String reason(Throwable e) {
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
