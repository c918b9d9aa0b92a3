package io.modelsplitter.registry.embedded;

import io.modelsplitter.json.Json;
import io.modelsplitter.registry.SplitRunner;
import io.modelsplitter.registry.Stored;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A split runner as a row of {@code split_runner}, without its credentials. */
record SplitRunnerRow(
    String id, String url, String host, String metadata, String tags, long version, long modified)
    implements Row.Content<Stored<SplitRunner>> {
  static final String INSERT =
      """
      INSERT INTO split_runner (
        split_runner_id, split_runner_public_url, split_runner_public_host,
        split_runner_metadata, split_runner_tags, credentials, version, modified, shape)
      VALUES (
        :id, :url, :host, :metadata, :tags, :credentials, :version, :modified, :shape)
      """;

  static final String UPDATE =
      """
      UPDATE split_runner SET
        split_runner_public_url = :url, split_runner_public_host = :host,
        split_runner_metadata = :metadata, split_runner_tags = :tags,
        version = :version, modified = :modified, shape = :shape
      WHERE split_runner_id = :id AND version = :version - 1
      """;

  private static final String METADATA = "split_runner_metadata";
  private static final String TAGS = "split_runner_tags";

  /** What a row tells to a query. */
  static Row<Stored<SplitRunner>> row(ResultSet rows) throws SQLException {
    Columns columns = new Columns(rows);
    String id = columns.text();
    String url = columns.text();
    String host = columns.text();
    long version = columns.number();
    long modified = columns.number();
    long number = columns.number();
    boolean isIndexed = columns.isThere();
    String metadata = columns.text();
    String tags = columns.text();
    return new Row<>(
        number,
        version,
        isIndexed,
        new SplitRunnerRow(id, url, host, metadata, tags, version, modified));
  }

  /** What its statements bind, but for {@code shape}. */
  static Map<String, Object> values(Stored<SplitRunner> stored) {
    SplitRunner runner = stored.value();
    Map<String, Object> values = new HashMap<>();
    values.put("id", runner.splitRunnerId());
    values.put("url", runner.splitRunnerPublicUrl());
    values.put("host", runner.splitRunnerPublicHost());
    values.put("metadata", Json.write(runner.splitRunnerMetadata()));
    values.put("tags", Json.write(runner.splitRunnerTags()));
    values.put("version", stored.version());
    values.put("modified", stored.modified().getEpochSecond());
    return values;
  }

  @Override
  public Stored<SplitRunner> read() {
    SplitRunner runner =
        new SplitRunner(
            id, url, Json.parseObject(METADATA, metadata), host, list(Json.parse(TAGS, tags)));
    return new Stored<>(runner, version, Instant.ofEpochSecond(modified));
  }

  @Override
  public Map<String, ?> along(String[] path) {
    return switch (path[0]) {
      case METADATA -> along(path, metadata);
      case TAGS -> along(path, tags);
      default -> new SplitRunner(id, url, Map.of(), host, List.of()).toMap();
    };
  }

  private static Map<String, ?> along(String[] path, String json) {
    return Collections.singletonMap(path[0], Json.parseAlong(path[0], json, path, 1));
  }

  @Override
  public long characters() {
    return metadata.length() + (long) tags.length();
  }

  @SuppressWarnings("unchecked") // bind wrote a list of texts
  private static List<String> list(@Nullable Object value) {
    return value == null ? List.of() : (List<String>) value;
  }
}
