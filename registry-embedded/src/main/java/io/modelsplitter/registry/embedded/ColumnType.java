package io.modelsplitter.registry.embedded;

/** What a column holds, and so which values can equal it. */
enum ColumnType {
  TEXT,
  INTEGER
}
