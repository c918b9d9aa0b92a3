package io.modelsplitter.registry.embedded;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.Problems;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.registry.BlockRegistry;
import io.modelsplitter.registry.ModelLayerRegistry;
import io.modelsplitter.registry.Registries;
import io.modelsplitter.registry.SplitRunnerRecords;
import io.modelsplitter.registry.TaskRegistry;
import io.modelsplitter.registry.embedded.RegistryStatistics.Connections;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The registries in this process, on H2 or PostgreSQL. Thread-safe.
 *
 * <pre>{@code
 * try (EmbeddedRegistry registry = EmbeddedRegistry.inMemory()) {
 *   registry.modelLayers().create(layer);
 * }
 * }</pre>
 *
 * <p>Opening makes the tables, or brings those of an older version up to date. What a method has
 * acknowledged survives the end of the process, except in memory.
 */
public final class EmbeddedRegistry implements Registries, AutoCloseable {
  private static final int POOL_SIZE = 20;

  /**
   * What is large is only ever sought in, whatever the values: to plan or compile a statement, or
   * to start processes that help with it, takes longer than it. They belong together: with {@code
   * jit} the planner's price for a scan that cannot be avoided would have it compiled. What speaks
   * PostgreSQL's language but has no such setting goes without.
   */
  private static final String POSTGRESQL_SETTINGS =
      """
      SELECT set_config(known.name, wanted.value, false)
      FROM (VALUES ('plan_cache_mode', 'force_generic_plan'), ('jit', 'off'),
        ('max_parallel_workers_per_gather', '0'), ('enable_hashjoin', 'off'),
        ('enable_mergejoin', 'off'), ('enable_seqscan', 'off')) AS wanted (name, value)
      JOIN pg_settings AS known ON known.name = wanted.name
      """;

  private final Database database;
  private final ModelLayerRegistry modelLayers;
  private final TaskRegistry tasks;
  private final SplitRunnerRecords splitRunners;
  private final BlockRegistry blocks;
  private final Supplier<@Nullable Connections> connections;
  private final Runnable onClose;

  private EmbeddedRegistry(
      DataSource dataSource, Supplier<@Nullable Connections> connections, Runnable onClose) {
    this.database = Database.open(dataSource);
    this.connections = connections;
    this.modelLayers = new JdbcModelLayerRegistry(database);
    this.tasks = new JdbcTaskRegistry(database);
    this.splitRunners = new JdbcSplitRunnerRecords(database);
    this.blocks = new JdbcBlockRegistry(database);
    this.onClose = onClose;
  }

  /**
   * The registries in this database. The data source stays the caller's: closing leaves it open. On
   * PostgreSQL its connections are quickest with {@code SET plan_cache_mode = force_generic_plan}
   * and without {@code jit}, parallel workers, hash and merge joins and sequential scans, all of
   * them together, as those of {@link #open(String, String, String)} are.
   *
   * @param dataSource gives connections to H2 or PostgreSQL that commit by themselves
   * @return the registries; the tables are made or brought up to date
   * @throws BadInputException when the database is neither H2 nor PostgreSQL, or was made by a
   *     newer version, or auto-commit is off
   * @throws io.modelsplitter.error.UnavailableException when it cannot be reached
   */
  public static EmbeddedRegistry open(DataSource dataSource) {
    return new EmbeddedRegistry(dataSource, () -> null, () -> {});
  }

  /**
   * As {@link #open(DataSource)}, with a connection pool of its own that is closed with it.
   *
   * @param jdbcUrl such as {@code jdbc:h2:file:./data/registry} or {@code
   *     jdbc:postgresql://host/database}
   * @param user who connects
   * @param password may be empty
   * @return the registries; close them to close the pool
   */
  public static EmbeddedRegistry open(String jdbcUrl, String user, String password) {
    if (!jdbcUrl.startsWith("jdbc:h2:") && !jdbcUrl.startsWith("jdbc:postgresql:")) {
      throw new BadInputException(
          "the database must be jdbc:h2:… or jdbc:postgresql:…, not " + scheme(jdbcUrl));
    }
    HikariConfig config = config(withoutTraceFile(jdbcUrl), user, password);
    if (jdbcUrl.startsWith("jdbc:postgresql:")) {
      config.setConnectionInitSql(POSTGRESQL_SETTINGS);
    }
    return open(config, HikariDataSource::close);
  }

  private static HikariConfig config(String jdbcUrl, String user, String password) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(jdbcUrl);
    config.setUsername(user);
    config.setPassword(password);
    config.setPoolName("model-splitter");
    config.setMaximumPoolSize(POOL_SIZE);
    config.setConnectionTimeout(10_000);
    return config;
  }

  private static EmbeddedRegistry open(HikariConfig config, Consumer<HikariDataSource> close) {
    PoolCounts counts = new PoolCounts();
    config.setMetricsTrackerFactory((name, pool) -> counts);
    HikariDataSource pool = connect(config);
    try {
      return new EmbeddedRegistry(pool, () -> counts.connections(pool), () -> close.accept(pool));
    } catch (RuntimeException e) {
      close.accept(pool);
      throw e;
    }
  }

  /** H2 writes its errors to a file of its own, or where it cannot, to standard error. */
  private static String withoutTraceFile(String jdbcUrl) {
    boolean h2 = jdbcUrl.startsWith("jdbc:h2:");
    return h2 && !jdbcUrl.toUpperCase(Locale.ROOT).contains("TRACE_LEVEL_FILE")
        ? jdbcUrl + ";TRACE_LEVEL_FILE=0"
        : jdbcUrl;
  }

  private static HikariDataSource connect(HikariConfig config) {
    try {
      return new HikariDataSource(config);
    } catch (HikariPool.PoolInitializationException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new UnavailableException("cannot open the database: " + Problems.describe(cause), e);
    } catch (RuntimeException e) { // the driver does not take the URL
      throw new BadInputException(
          "cannot open the database " + scheme(config.getJdbcUrl()) + ": check its URL", e);
    }
  }

  /** {@return new, empty registries in memory, gone when closed} */
  public static EmbeddedRegistry inMemory() {
    String name = "jdbc:h2:mem:" + UUID.randomUUID();
    HikariConfig config = config(name + ";DB_CLOSE_DELAY=-1", "sa", "");
    config.setMinimumIdle(1); // a test opens many of these, each for a moment
    return open(config, EmbeddedRegistry::shutDown);
  }

  @Override
  public ModelLayerRegistry modelLayers() {
    return modelLayers;
  }

  @Override
  public TaskRegistry tasks() {
    return tasks;
  }

  /**
   * {@return what is kept of split runners; a {@link io.modelsplitter.registry.SplitRunnerRegistry}
   * on top of it deploys them}
   */
  public SplitRunnerRecords splitRunners() {
    return splitRunners;
  }

  @Override
  public BlockRegistry blocks() {
    return blocks;
  }

  /** {@return what these registries have done so far; asks no database} */
  public RegistryStatistics statistics() {
    Counts counts = database.counts();
    return new RegistryStatistics(counts.queries(), counts.endedTasks(), connections.get());
  }

  /** Closes what this opened; the registries cannot be used afterwards. */
  @Override
  public void close() {
    onClose.run();
  }

  /** The database outlives its connections, so it is told to go. */
  private static void shutDown(HikariDataSource pool) {
    pool.close();
    try (Connection connection =
            DriverManager.getConnection(pool.getJdbcUrl(), pool.getUsername(), pool.getPassword());
        Statement statement = connection.createStatement()) {
      statement.execute("SHUTDOWN");
    } catch (SQLException e) {
      throw new UnavailableException("cannot shut the database down: " + e.getMessage(), e);
    }
  }

  /** A URL may hold a password, so no more than this is shown of it. */
  private static String scheme(String jdbcUrl) {
    String[] parts = jdbcUrl.split("[:/?;]", 3);
    return parts.length < 2 ? "something else" : parts[0] + ":" + parts[1] + ":…";
  }
}
