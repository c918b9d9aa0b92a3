package io.modelsplitter.examples.cli;

import java.util.Map;
import java.util.function.Function;

/** Records as the rows of a table, below a line with the names of the columns. For one thread. */
final class Rows<T> {
  private final String format;
  private final Object[] titles;
  private final Function<T, Object[]> cells;
  private final Function<T, Map<String, Object>> toMap;
  private boolean isBegun;

  /**
   * @param format of a row of texts
   */
  Rows(
      String format,
      Object[] titles,
      Function<T, Object[]> cells,
      Function<T, Map<String, Object>> toMap) {
    this.format = format;
    this.titles = titles;
    this.cells = cells;
    this.toMap = toMap;
  }

  void print(T record, Results results) {
    if (!isBegun) {
      isBegun = true;
      results.row(format, titles);
    }
    results.row(format, cells.apply(record));
  }

  /** The record as it goes over the wire. */
  Map<String, Object> toMap(T record) {
    return toMap.apply(record);
  }
}
