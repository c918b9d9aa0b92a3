package io.modelsplitter.registry.embedded;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.modelsplitter.json.Json;
import io.modelsplitter.query.Filter;
import io.modelsplitter.registry.ModelLayer;
import io.modelsplitter.registry.ModelLayerRegistry;
import io.modelsplitter.registry.Query;
import io.modelsplitter.registry.Stored;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntFunction;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.NullUnmarked;

/**
 * Questions to the registry about a path in the metadata, beside the same questions in SQL written
 * by hand over a plain column with an index, in one database and one run; and how fast layers are
 * stored. CONTRIBUTING says how to run it.
 *
 * <p>Arguments: {@code h2} or {@code postgresql}, then the sizes to measure at, such as {@code
 * 10000 200000}.
 */
@NullUnmarked
public final class RegistryBenchmark {
  /** Before a question is measured, and once more before all of them. */
  private static final int WARM_UP = 300;

  private static final int ROUNDS = 301;
  private static final int SINGLE = 3_000;
  private static final int TOGETHER = 20_000;
  private static final int GROUP = 50;

  private final ModelLayerRegistry registry;
  private final Jdbi jdbi;
  private final Random random = new Random(7);
  private int rows;

  private RegistryBenchmark(ModelLayerRegistry registry, DataSource dataSource) {
    this.registry = registry;
    jdbi = Jdbi.create(dataSource);
    jdbi.registerArrayType(String.class, "varchar");
    jdbi.useHandle(
        handle -> {
          handle.execute(
              """
              CREATE TABLE plain (
                model_layer_hash VARCHAR(128) PRIMARY KEY, model_asset_id VARCHAR(4096),
                model_component_registry_uri VARCHAR(4096), model_layer_public_url VARCHAR(4096),
                model_layer_metadata TEXT, model_layer_rank INTEGER, model_world_size INTEGER,
                version BIGINT, modified BIGINT,
                family VARCHAR(64), serial BIGINT, digest VARCHAR(64), size BIGINT)
              """);
          for (String column : List.of("family", "serial", "digest", "size")) {
            handle.execute("CREATE INDEX plain_%s ON plain (%s)".formatted(column, column));
          }
          handle.execute("CREATE TABLE plain_tag (tag VARCHAR(64), hash VARCHAR(128))");
          handle.execute("CREATE INDEX plain_by_tag ON plain_tag (tag, hash)");
          handle.execute("CREATE TABLE json (hash VARCHAR(128) PRIMARY KEY, layer TEXT NOT NULL)");
        });
  }

  /** Runs the benchmark. */
  public static void main(String[] args) throws IOException {
    boolean isH2 = args[0].equals("h2");
    Path folder = Files.createTempDirectory("registry-benchmark");
    HikariConfig config = new HikariConfig();
    if (isH2) {
      config.setJdbcUrl("jdbc:h2:file:" + folder.resolve("h2"));
      config.setUsername("sa");
    } else {
      EmbeddedPostgres server =
          EmbeddedPostgres.builder()
              .setServerConfig("fsync", "on")
              .setServerConfig("synchronous_commit", "on")
              .setServerConfig("max_wal_size", "4GB")
              .setServerConfig("shared_buffers", "4GB") // a quarter of the memory is usual
              .start();
      config.setJdbcUrl(server.getJdbcUrl("postgres", "postgres"));
      config.setUsername("postgres");
    }
    try (EmbeddedRegistry registry =
            EmbeddedRegistry.open(config.getJdbcUrl(), config.getUsername(), "");
        HikariDataSource dataSource = new HikariDataSource(config)) {
      RegistryBenchmark benchmark = new RegistryBenchmark(registry.modelLayers(), dataSource);
      Map<String, Double> first = new LinkedHashMap<>();
      for (String size : Arrays.asList(args).subList(1, args.length)) {
        benchmark.fill(Integer.parseInt(size));
        if (first.isEmpty()) { // what the compiler does must not pass for growth
          for (int i = 0; i < 5; i++) {
            benchmark.questions(null);
          }
        }
        benchmark.questions(first);
      }
      benchmark.creates();
    }
    System.out.println("the database is left in " + folder);
  }

  private ModelLayer layer(int i) {
    Random values = new Random(i);
    Map<String, Object> metadata = new LinkedHashMap<>();
    metadata.put("family", "family-" + i / GROUP);
    metadata.put("serial", i);
    metadata.put("digest", "%016x".formatted(values.nextLong()));
    metadata.put("tags", List.of("tag-" + i / (GROUP * 2), "every"));
    metadata.put("size", values.nextLong() >>> 20);
    metadata.put("precision", List.of("fp16", "fp32", "bf16", "int8").get(i % 4));
    metadata.put("heads", 8 * (1 + i % 8));
    metadata.put("range", Map.of("first", i % 96));
    metadata.put("quantised", i % 2 == 0);
    metadata.put("score", values.nextInt(1000) / 8.0);
    return new ModelLayer(
        "layer-%09d".formatted(i),
        "asset-" + i / 8,
        "registry://component/decoder",
        "https://layers.example.com/layer-%09d.safetensors".formatted(i),
        List.of(metadata),
        i % 8,
        8);
  }

  private void fill(int size) {
    long start = System.nanoTime();
    int from = rows;
    while (rows < size) {
      List<ModelLayer> some = new ArrayList<>();
      for (int i = 0; i < 1_000 && rows < size; i++) {
        some.add(layer(rows++));
      }
      registry.createAll(some);
      insertPlain(some);
    }
    registry.query(Filter.eq("model_layer_hash", "nobody"));
    jdbi.useHandle(handle -> handle.execute("ANALYZE"));
    System.out.printf("%n%,d layers, %.0f s for both%n", rows, (System.nanoTime() - start) / 1e9);
    if (from == 0) {
      System.out.println(
          "median microseconds: registry, by hand, ratio, growth since the first size");
    }
  }

  private void insertPlain(List<ModelLayer> layers) {
    jdbi.useTransaction(
        handle -> {
          PreparedBatch plain =
              handle.prepareBatch(
                  "INSERT INTO plain VALUES (:hash, :asset, :component, :url, :metadata, :rank,"
                      + " :worldSize, :version, :modified, :family, :serial, :digest, :size)");
          PreparedBatch tags = handle.prepareBatch("INSERT INTO plain_tag VALUES (:tag, :hash)");
          for (ModelLayer layer : layers) {
            Map<String, Object> metadata = layer.modelLayerMetadata().get(0);
            ModelLayerRow.values(new Stored<>(layer, 1, Instant.EPOCH)).forEach(plain::bind);
            plain
                .bind("family", metadata.get("family"))
                .bind("serial", ((Number) metadata.get("serial")).longValue())
                .bind("digest", metadata.get("digest"))
                .bind("size", ((Number) metadata.get("size")).longValue())
                .add();
            for (Object tag : (List<?>) metadata.get("tags")) {
              tags.bind("tag", tag).bind("hash", layer.modelLayerHash()).add();
            }
          }
          plain.execute();
          tags.execute();
        });
  }

  private void questions(Map<String, Double> first) {
    measure(
        first,
        "equality, 50 rows",
        i -> query(Query.of(Filter.eq("model_layer_metadata.family", "family-" + i / GROUP))),
        i -> plain("SELECT * FROM plain WHERE family = :v", "family-" + i / GROUP));
    measure(
        first,
        "range, 100 rows",
        i ->
            query(
                Query.of(
                    Filter.gte("model_layer_metadata.serial", i)
                        .and(Filter.lt("model_layer_metadata.serial", i + 100)))),
        i -> plain("SELECT * FROM plain WHERE serial >= :v AND serial < :v + 100", (long) i));
    measure(
        first,
        "$in of 20, 20 rows",
        i -> query(Query.of(Filter.in("model_layer_metadata.digest", (Object[]) digests(i)))),
        i -> plain("SELECT * FROM plain WHERE digest = ANY(:v)", digests(i)));
    measure(
        first,
        "array membership, 100 rows",
        i -> query(Query.of(Filter.eq("model_layer_metadata.tags", "tag-" + i / (GROUP * 2)))),
        i ->
            plain(
                "SELECT p.* FROM plain_tag t JOIN plain p ON p.model_layer_hash = t.hash"
                    + " WHERE t.tag = :v",
                "tag-" + i / (GROUP * 2)));
    Query.Sort bySize = new Query.Sort("model_layer_metadata.size", false);
    measure(
        first,
        "sort, limit 20 of all",
        i -> query(Query.of(Filter.all()).sort(bySize).limit(20)),
        i -> plain("SELECT * FROM plain ORDER BY size LIMIT 20", i));
    measure(
        first,
        "sort, limit 20 of 50",
        i ->
            query(
                Query.of(Filter.eq("model_layer_metadata.family", "family-" + i / GROUP))
                    .sort(bySize)
                    .limit(20)),
        i ->
            plain(
                "SELECT * FROM plain WHERE family = :v ORDER BY size LIMIT 20",
                "family-" + i / GROUP));
  }

  private String[] digests(int i) {
    String[] digests = new String[20];
    for (int n = 0; n < digests.length; n++) {
      int row = (i + n * 997) % rows;
      digests[n] = (String) layer(row).modelLayerMetadata().get(0).get("digest");
    }
    return digests;
  }

  private int query(Query query) {
    List<ModelLayer> layers = new ArrayList<>();
    registry.query(query, layers::add);
    return layers.size();
  }

  private int plain(String sql, Object value) {
    return jdbi.withHandle(
            handle -> {
              var query = handle.createQuery(sql);
              if (sql.contains(":v")) {
                query.bind("v", value);
              }
              return query.map((rs, context) -> plain(rs).read().value()).list();
            })
        .size();
  }

  private static ModelLayerRow plain(ResultSet rows) throws SQLException {
    return new ModelLayerRow(
        rows.getString(1),
        rows.getString(2),
        rows.getString(3),
        rows.getString(4),
        rows.getString(5),
        rows.getInt(6),
        rows.getInt(7),
        rows.getLong(8),
        rows.getLong(9));
  }

  private void measure(
      Map<String, Double> first,
      String name,
      IntFunction<Integer> ours,
      IntFunction<Integer> hand) {
    double[] our = new double[ROUNDS];
    double[] their = new double[ROUNDS];
    for (int round = -WARM_UP; round < ROUNDS; round++) {
      int i = random.nextInt(rows - 100);
      long start = System.nanoTime();
      int found = ours.apply(i);
      long between = System.nanoTime();
      int expected = hand.apply(i);
      long end = System.nanoTime();
      if (found != expected || found == 0) {
        throw new IllegalStateException(name + ": " + found + " rows, not " + expected);
      }
      if (round >= 0) {
        our[round] = (between - start) / 1e3;
        their[round] = (end - between) / 1e3;
      }
    }
    Arrays.sort(our);
    Arrays.sort(their);
    if (first == null) {
      return;
    }
    double mine = our[ROUNDS / 2];
    double byHand = their[ROUNDS / 2];
    first.putIfAbsent(name, mine);
    System.out.printf(
        "%-28s %8.0f %8.0f  %5.2f  %5.2f%n",
        name, mine, byHand, mine / byHand, mine / first.get(name));
  }

  private void creates() {
    for (int round = 1; round <= 3; round++) {
      int from = rows;
      long start = System.nanoTime();
      for (int i = 0; i < SINGLE; i++) {
        ModelLayer layer = layer(from + i);
        String json = Json.write(layer.toMap());
        jdbi.useHandle(
            handle ->
                handle
                    .createUpdate("INSERT INTO json VALUES (:hash, :layer)")
                    .bind("hash", layer.modelLayerHash())
                    .bind("layer", json)
                    .execute());
      }
      double plain = SINGLE / ((System.nanoTime() - start) / 1e9);
      start = System.nanoTime();
      for (int i = 0; i < SINGLE; i++) {
        registry.create(layer(rows++));
      }
      registry.query(Filter.eq("model_layer_hash", "nobody")); // what waits to be indexed counts
      double single = SINGLE / ((System.nanoTime() - start) / 1e9);
      List<ModelLayer> many = new ArrayList<>();
      for (int i = 0; i < TOGETHER; i++) {
        many.add(layer(rows++));
      }
      start = System.nanoTime();
      registry.createAll(many);
      registry.query(Filter.eq("model_layer_hash", "nobody"));
      double batch = TOGETHER / ((System.nanoTime() - start) / 1e9);
      System.out.printf(
          "layers a second: plain insert %.0f, create %.0f (%.2f of plain), createAll %.0f (%.1f of"
              + " create)%n",
          plain, single, single / plain, batch, batch / single);
    }
  }
}
