package io.modelsplitter.file;

import io.modelsplitter.error.BadInputException;

/**
 * The server does not send ranges of a file, or nothing by which the ranges of one content could be
 * told from those of another: the file can be downloaded, but not read in ranges.
 */
public final class NoRangesException extends BadInputException {
  private static final long serialVersionUID = 1L;

  NoRangesException(String message) {
    super(message);
  }
}
