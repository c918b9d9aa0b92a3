package io.modelsplitter.registry.http;

import io.javalin.config.RoutesConfig;
import io.modelsplitter.json.Json;
import io.modelsplitter.junit.TestRegistry;
import io.modelsplitter.registry.ModelLayer;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.NullUnmarked;

/**
 * The server under load from {@code wrk}, which must be installed: {@code GET} of a layer beside a
 * constant of the same size from the same server, a filter beside that {@code GET}, creating layers
 * beside {@code pgbench}; by turns, in one run. And how long registries take to open. CONTRIBUTING
 * says how to run it.
 *
 * <p>Arguments: {@code read}, {@code create} or {@code open}, and how many seconds a turn takes; or
 * {@code memory} and those of {@link ServerMemoryBenchmark}.
 */
@NullUnmarked
public final class ServerBenchmark {
  private static final int ROUNDS = 5;
  private static final int LAYERS = 10_000;
  private static final int CONNECTIONS = 32;

  /** As many as the registry's pool has. */
  private static final int POOL = 20;

  /** Creating goes through more code than reading, and takes longer until all of it is compiled. */
  private static final int WARM_UP = 12;

  private ServerBenchmark() {}

  /** Runs the benchmark. */
  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case "read" -> read(Integer.parseInt(args[1]));
      case "create" -> create(Integer.parseInt(args[1]));
      case "open" -> open();
      case "memory" ->
          ServerMemoryBenchmark.run(
              Path.of(args[1]), Integer.parseInt(args[2]), Integer.parseInt(args[3]));
      default -> throw new IllegalArgumentException("read, create, open or memory, not " + args[0]);
    }
    System.exit(0); // PostgreSQL's threads would stay
  }

  /** A layer with ten values in its metadata, one of its own. */
  static ModelLayer layer(int i) {
    Random values = new Random(i);
    Map<String, Object> metadata = new LinkedHashMap<>();
    metadata.put("family", "family-" + i / 50);
    metadata.put("serial", i);
    metadata.put("digest", "%016x".formatted(values.nextLong()));
    metadata.put("size", values.nextLong() >>> 20);
    metadata.put("precision", List.of("fp16", "fp32", "bf16", "int8").get(i % 4));
    metadata.put("heads", 8 * (1 + i % 8));
    metadata.put("first_layer", i % 96);
    metadata.put("last_layer", i % 96 + 3);
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

  private static void read(int seconds) throws Exception {
    try (EmbeddedRegistry registry = EmbeddedRegistry.inMemory()) {
      for (int from = 0; from < LAYERS; from += 1_000) {
        List<ModelLayer> some = new ArrayList<>();
        for (int i = from; i < from + 1_000; i++) {
          some.add(layer(i));
        }
        registry.modelLayers().createAll(some);
      }
      try (RegistryServer server =
          RegistryServer.builder().registries(registry).routes(Constant.like(layer(1))).start()) {
        String url = server.url().toString();
        Wrk constant = new Wrk(url, Wrk.get("/constant/layer-%09d", LAYERS), CONNECTIONS);
        Wrk get = new Wrk(url, Wrk.get("/model-layer/layer-%09d", LAYERS), CONNECTIONS);
        Wrk filter =
            new Wrk(
                url,
                Wrk.post(
                    "/model-layers", "'{\"model_layer_metadata.serial\": ' .. i .. '}'", LAYERS),
                CONNECTIONS);
        double[][] rates = new double[3][ROUNDS];
        for (int round = -2; round < ROUNDS; round++) { // two to warm up
          int into = Math.max(0, round);
          rates[0][into] = constant.run(seconds);
          rates[1][into] = get.run(seconds);
          rates[2][into] = filter.run(seconds);
        }
        double asked = median(rates[0]);
        double answered = median(rates[1]);
        double found = median(rates[2]);
        System.out.printf(
            "requests a second: constant %.0f, GET %.0f (%.2f of it), filter %.0f (%.2f of GET)%n",
            asked, answered, answered / asked, found, found / answered);
      }
    }
  }

  private static void create(int seconds) throws Exception {
    EmbeddedPostgres postgres =
        EmbeddedPostgres.builder()
            .setServerConfig("fsync", "on")
            .setServerConfig("synchronous_commit", "on")
            .setServerConfig("max_wal_size", "4GB")
            .start();
    try (EmbeddedRegistry registry =
            EmbeddedRegistry.open(postgres.getJdbcUrl("postgres", "postgres"), "postgres", "");
        RegistryServer server = RegistryServer.start(registry);
        Connection connection = postgres.getPostgresDatabase().getConnection()) {
      registry.modelLayers().create(layer(0));
      Pgbench pgbench = Pgbench.like(connection, postgres.getPort(), "layer-000000000");
      Wrk create =
          new Wrk(
              server.url().toString(), Wrk.create("/model-layer", layer(7).toMap()), CONNECTIONS);
      double[] ours = new double[ROUNDS];
      double[] theirs = new double[ROUNDS];
      for (int i = 0; i < WARM_UP; i++) {
        double unused = create.run(seconds);
      }
      for (int into = 0; into < ROUNDS; into++) {
        ours[into] = create.run(seconds);
        theirs[into] = pgbench.run(POOL, seconds);
      }
      double created = median(ours);
      double inserted = median(theirs);
      System.out.printf(
          "layers a second: pgbench %.0f with %d connections, create %.0f (%.2f of it)%n",
          inserted, POOL, created, created / inserted);
    } finally {
      postgres.close();
    }
  }

  private static void open() {
    int times = 40;
    double[] embedded = new double[times];
    double[] served = new double[times];
    for (int i = 0; i < times; i++) {
      long start = System.nanoTime();
      EmbeddedRegistry registry = EmbeddedRegistry.inMemory();
      embedded[i] = (System.nanoTime() - start) / 1e6;
      registry.close();
      start = System.nanoTime();
      TestRegistry all = new TestRegistry();
      served[i] = (System.nanoTime() - start) / 1e6;
      all.close();
    }
    System.out.printf(
        "milliseconds to open: registries %.0f (the first %.0f), with a server %.0f (the first"
            + " %.0f)%n",
        median(Arrays.copyOfRange(embedded, times / 2, times)),
        embedded[0],
        median(Arrays.copyOfRange(served, times / 2, times)),
        served[0]);
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  /** Answers the same for every path, in as many bytes as a layer's answer has. */
  private record Constant(String content) implements Routes {
    static Constant like(ModelLayer layer) {
      Map<String, Object> envelope = new LinkedHashMap<>();
      envelope.put("success", true);
      envelope.put("data", layer.toMap());
      return new Constant(Json.write(envelope));
    }

    @Override
    public void add(RoutesConfig routes) {
      routes.get("/constant/{id}", ctx -> ctx.contentType("application/json").result(content));
    }
  }
}
