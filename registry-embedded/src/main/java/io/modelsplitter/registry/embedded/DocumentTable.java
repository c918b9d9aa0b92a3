package io.modelsplitter.registry.embedded;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The names of a table of documents and of what indexes them, and what is made of them once. */
final class DocumentTable {
  static final DocumentTable MODEL_LAYER =
      new DocumentTable(
          "model_layer",
          "model_layer_hash",
          List.of(
              "model_layer_hash",
              "model_asset_id",
              "model_component_registry_uri",
              "model_layer_public_url",
              "model_layer_rank",
              "model_world_size",
              "version",
              "modified",
              "layer_number",
              "shape"),
          List.of("model_layer_metadata"),
          "layer_number");

  static final DocumentTable TASK =
      new DocumentTable(
          "task",
          "task_id",
          List.of(
              "task_id",
              "task_type",
              "task_status",
              "task_create_timestamp",
              "task_update_timestamp",
              "version",
              "task_number",
              "shape"),
          List.of("task_data", "task_status_data"),
          "task_number");

  static final DocumentTable SPLIT_RUNNER =
      new DocumentTable(
          "split_runner",
          "split_runner_id",
          List.of(
              "split_runner_id",
              "split_runner_public_url",
              "split_runner_public_host",
              "version",
              "modified",
              "runner_number",
              "shape"),
          List.of("split_runner_metadata", "split_runner_tags"),
          "runner_number");

  static final DocumentTable BLOCK =
      new DocumentTable(
          "block",
          "block_id",
          List.of("block_id", "version", "modified", "block_number", "shape"),
          List.of("block_document"),
          "block_number");

  private final String name;
  private final String key;
  private final List<String> columns;
  private final List<String> large;
  private final String number;
  private final String select;
  private final String selectSmall;
  private final String size;

  /**
   * @param name the table; its column {@code shape} is null while a document waits to be indexed
   * @param key the column with the primary key
   * @param columns every column that a document is made of, but the large ones
   * @param large the columns that can hold megabytes
   * @param number the column that counts the documents in the order in which they came, from 1
   */
  DocumentTable(String name, String key, List<String> columns, List<String> large, String number) {
    this.name = name;
    this.key = key;
    this.columns = columns;
    this.large = large;
    this.number = number;
    this.select =
        Stream.concat(columns.stream(), large.stream())
            .map(column -> "r." + column)
            .collect(Collectors.joining(", "));
    this.size =
        large.stream()
            .map(column -> "OCTET_LENGTH(r." + column + ")")
            .collect(Collectors.joining(" + "));
    this.selectSmall =
        Stream.concat(
                columns.stream().map(column -> "r." + column),
                large.stream()
                    .map(
                        column ->
                            ("CASE WHEN " + size + " <= " + RowReader.SMALL_BYTES)
                                + (" THEN r." + column + " END AS " + column)))
            .collect(Collectors.joining(", "));
  }

  String name() {
    return name;
  }

  String key() {
    return key;
  }

  String number() {
    return number;
  }

  List<String> columns() {
    return columns;
  }

  List<String> large() {
    return large;
  }

  /** Every column of a document in the order in which {@link Columns} are read, of {@code r}. */
  String select() {
    return select;
  }

  /** As {@link #select}, less the large columns of a row that is not small. */
  String selectSmall() {
    return selectSmall;
  }

  /** How many bytes the large columns of {@code r} have. */
  String size() {
    return size;
  }

  /** The entries: {@code seek_key}, {@code document} and {@code facts}. */
  String entries() {
    return name + "_entry";
  }

  /** The shapes: {@code shape} and {@code digest}. */
  String shapes() {
    return name + "_shape";
  }

  /** The paths of each shape: {@code path}, {@code multi} and {@code shape}. */
  String shapePaths() {
    return name + "_shape_path";
  }

  /** One row with the number of shapes: {@code generation}. */
  String shapeGeneration() {
    return name + "_shape_generation";
  }
}
