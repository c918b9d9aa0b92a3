package io.modelsplitter.file;

import java.util.List;

/**
 * Bytes that lie in a file as the same spans in each of so many rows, such as some columns of a
 * matrix.
 *
 * @param offset where the first row begins
 * @param rows how many rows
 * @param rowBytes from the begin of one row to that of the next
 * @param spans in order, not empty
 */
public record Stride(long offset, long rows, long rowBytes, List<Span> spans) {

  /**
   * A run of bytes in a row.
   *
   * @param offset from the begin of the row
   * @param length how many bytes
   */
  public record Span(long offset, long length) {}

  /**
   * Copies the list; rows that follow each other without a gap become one.
   *
   * @param offset see {@link #offset}
   * @param rows see {@link #rows}
   * @param rowBytes see {@link #rowBytes}
   * @param spans see {@link #spans}
   */
  public Stride {
    spans = List.copyOf(spans);
    if (rows > 1 && spans.size() == 1 && spans.get(0).length() == rowBytes) {
      spans = List.of(new Span(0, rows * rowBytes));
      rowBytes = rows * rowBytes;
      rows = 1;
    }
  }

  /**
   * {@return so many bytes without a gap}
   *
   * @param offset of the first byte
   * @param length how many bytes, 0 or more
   */
  public static Stride contiguous(long offset, long length) {
    return new Stride(offset, 1, length, List.of(new Span(0, length)));
  }

  /** {@return how many bytes of a row are taken} */
  public long taken() {
    return spans.stream().mapToLong(Span::length).sum();
  }

  /** The first byte that is taken. */
  long from() {
    return begin(0);
  }

  /** The byte after the last one that is taken. */
  long to() {
    return end(count() - 1);
  }

  /** How many spans there are, those of all rows together. */
  long count() {
    return rows * spans.size();
  }

  /** Where a span begins, by its place among those of all rows. */
  long begin(long index) {
    return offset + index / spans.size() * rowBytes + span(index).offset();
  }

  /** The byte after the last one of a span. */
  long end(long index) {
    return begin(index) + span(index).length();
  }

  private Span span(long index) {
    return spans.get((int) (index % spans.size()));
  }

  /** How many bytes lie between two spans, on average. */
  long gap() {
    return (rowBytes - taken()) / spans.size();
  }

  /** What is left of it from a row on. */
  Stride fromRow(long row) {
    return new Stride(offset + row * rowBytes, rows - row, rowBytes, spans);
  }
}
