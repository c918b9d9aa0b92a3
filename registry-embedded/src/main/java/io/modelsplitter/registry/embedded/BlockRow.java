package io.modelsplitter.registry.embedded;

import io.modelsplitter.json.Json;
import io.modelsplitter.registry.Block;
import io.modelsplitter.registry.Stored;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A block as a row of {@code block}: its whole document is one text. */
record BlockRow(String document, long version, long modified)
    implements Row.Content<Stored<Block>> {
  static final String INSERT =
      """
      INSERT INTO block (block_id, block_document, version, modified, shape)
      VALUES (:id, :block, :version, :modified, :shape)
      """;

  static final String UPDATE =
      """
      UPDATE block SET
        block_document = :block, version = :version, modified = :modified, shape = :shape
      WHERE block_id = :id AND version = :version - 1
      """;

  /** What a row tells to a query. */
  static Row<Stored<Block>> row(ResultSet rows) throws SQLException {
    Columns columns = new Columns(rows);
    String unused = columns.text(); // the key, which the document has as well
    long version = columns.number();
    long modified = columns.number();
    long number = columns.number();
    boolean isIndexed = columns.isThere();
    String document = columns.text();
    return new Row<>(number, version, isIndexed, new BlockRow(document, version, modified));
  }

  /** What its statements bind, but for {@code shape}. */
  static Map<String, Object> values(Stored<Block> stored) {
    Map<String, Object> values = new HashMap<>();
    values.put("id", stored.value().id());
    values.put("block", Json.write(stored.value().toMap()));
    values.put("version", stored.version());
    values.put("modified", stored.modified().getEpochSecond());
    return values;
  }

  @Override
  public Stored<Block> read() {
    Block block = new Block(Json.parseObject("block", document));
    return new Stored<>(block, version, Instant.ofEpochSecond(modified));
  }

  @Override
  public Map<String, ?> along(String[] path) {
    return object(Json.parseAlong("block", document, path, 0));
  }

  @Override
  public long characters() {
    return document.length();
  }

  @SuppressWarnings("unchecked") // bind wrote an object
  private static Map<String, ?> object(@Nullable Object value) {
    return value == null ? Map.of() : (Map<String, ?>) value;
  }
}
