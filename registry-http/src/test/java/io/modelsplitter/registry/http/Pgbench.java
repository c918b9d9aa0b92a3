package io.modelsplitter.registry.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code pgbench} with the statement that creating a layer is, in tables of the same form. */
record Pgbench(int port, Path script) {
  private static final Pattern RATE = Pattern.compile("tps = ([0-9.]+)");

  /**
   * Inserts what one layer is made of, over and over; of its entries those with texts of the
   * layer's own get bytes that no other has.
   */
  static Pgbench like(Connection connection, int port, String hash)
      throws SQLException, IOException {
    List<String> keys = new ArrayList<>();
    List<String> facts = new ArrayList<>();
    String row;
    try (Statement statement = connection.createStatement()) {
      for (String copy : List.of("model_layer", "model_layer_entry")) {
        statement.execute("CREATE TABLE bench_" + copy + " (LIKE " + copy + " INCLUDING ALL)");
      }
      try (ResultSet entries =
          statement.executeQuery(
              "SELECT encode(e.seek_key, 'hex'), e.facts FROM model_layer_entry e JOIN model_layer l"
                  + " ON l.layer_number = e.document WHERE l.model_layer_hash = '"
                  + hash
                  + "'")) {
        while (entries.next()) {
          String key = entries.getString(1);
          boolean own = key.contains("6c617965722d"); // "layer-"
          keys.add("'\\x" + key + "'::bytea" + (own ? " || int8send(:r::bigint)" : ""));
          facts.add(entries.getString(2));
        }
      }
      try (ResultSet rows =
          statement.executeQuery(
              "SELECT encode(convert_to(model_layer_metadata, 'UTF8'), 'hex'), shape FROM model_layer WHERE"
                  + " model_layer_hash = '"
                  + hash
                  + "'")) {
        rows.next();
        // in hex, since pgbench takes what follows a colon for a variable
        row =
            "convert_from('\\x"
                + rows.getString(1)
                + "', 'UTF8'), 0, 8, 1, 1700000000000, "
                + rows.getString(2);
      }
    }
    String sql =
        """
        \\set r random(1, 1000000000000000)
        WITH stored AS (INSERT INTO bench_model_layer (model_layer_hash, model_asset_id,
        model_component_registry_uri, model_layer_public_url, model_layer_metadata,
        model_layer_rank, model_world_size, version, modified, shape)
        VALUES ('layer-' || :r::bigint, 'asset-1', 'registry://component/decoder',
        'https://layers.example.com/' || :r::bigint, %s) RETURNING layer_number AS document)
        INSERT INTO bench_model_layer_entry (seek_key, facts, document)
        SELECT k, f, document FROM stored, UNNEST(ARRAY[%s], ARRAY[%s]) AS t(k, f);
        """
            .formatted(row, String.join(", ", keys), String.join(", ", facts));
    Path script = Files.createTempFile("pgbench", ".sql");
    script.toFile().deleteOnExit();
    return new Pgbench(
        port, Files.writeString(script, sql.replace("\n", " ").replaceFirst(" WITH", "\nWITH")));
  }

  /** Runs for so long; answers the inserts a second. */
  double run(int connections, int seconds) throws IOException, InterruptedException {
    String output =
        Wrk.output(
            "pgbench",
            "-n",
            "-M",
            "prepared",
            "-h",
            "127.0.0.1",
            "-p",
            String.valueOf(port),
            "-U",
            "postgres",
            "-c",
            String.valueOf(connections),
            "-j",
            "2",
            "-T",
            String.valueOf(seconds),
            "-f",
            script.toString(),
            "postgres");
    Matcher rate = RATE.matcher(output);
    if (!rate.find()) {
      throw new IllegalStateException(output);
    }
    return Double.parseDouble(rate.group(1));
  }
}
