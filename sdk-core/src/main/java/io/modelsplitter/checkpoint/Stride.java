package io.modelsplitter.checkpoint;

import java.util.List;

/**
 * Where the bytes of a part lie in those of its tensor: the same spans in each of so many rows.
 *
 * @param rows how many rows
 * @param rowBytes from the begin of one row to that of the next
 * @param spans in order
 */
record Stride(long rows, long rowBytes, List<Span> spans) {

  /**
   * A run of bytes in a row.
   *
   * @param offset from the begin of the row
   * @param length how many bytes
   */
  record Span(long offset, long length) {}

  /** Copies the list; rows that follow each other without a gap become one. */
  Stride {
    spans = List.copyOf(spans);
    if (rows > 1 && spans.size() == 1 && spans.get(0).length() == rowBytes) {
      spans = List.of(new Span(0, rows * rowBytes));
      rowBytes = rows * rowBytes;
      rows = 1;
    }
  }

  static Stride contiguous(long offset, long length) {
    return new Stride(1, offset + length, List.of(new Span(offset, length)));
  }

  /** The first byte that is taken. */
  long from() {
    return spans.get(0).offset();
  }

  /** The byte after the last one that is taken. */
  long to() {
    Span last = spans.get(spans.size() - 1);
    return Math.max(0, rows - 1) * rowBytes + last.offset() + last.length();
  }
}
