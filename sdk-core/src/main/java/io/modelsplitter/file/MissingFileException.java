package io.modelsplitter.file;

import io.modelsplitter.error.BadInputException;

/** The server says that it has no such file: 404 or 410. */
public final class MissingFileException extends BadInputException {
  private static final long serialVersionUID = 1L;

  MissingFileException(String message) {
    super(message);
  }
}
