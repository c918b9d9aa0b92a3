package io.modelsplitter.registry.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.ConflictException;
import io.modelsplitter.error.NotFoundException;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.query.Filter;
import io.modelsplitter.registry.Explanation.AnsweredBy;
import io.modelsplitter.registry.ModelLayer;
import io.modelsplitter.registry.NewTask;
import io.modelsplitter.registry.Query;
import io.modelsplitter.registry.SealedCredentials;
import io.modelsplitter.registry.SplitRunner;
import io.modelsplitter.registry.SplitRunnerRecords;
import io.modelsplitter.registry.Task;
import io.modelsplitter.registry.TaskChange;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddedRegistryTest {
  private static final ModelLayer LAYER =
      new ModelLayer("h", "a", "c", "u", List.of(Map.of("x", 1)), 0, 1);

  private static final SealedCredentials SEALED = new SealedCredentials("v1.c2VhbGVk");

  @TempDir Path folder;

  private String fileUrl() {
    return "jdbc:h2:file:" + folder.resolve("registry");
  }

  private DataSource file() {
    JdbcDataSource dataSource = new JdbcDataSource();
    dataSource.setURL(fileUrl());
    dataSource.setUser("sa");
    return dataSource;
  }

  @Test
  void open_fileAgain_hasWhatWasThere() {
    Task task;
    try (EmbeddedRegistry registry = EmbeddedRegistry.open(fileUrl(), "sa", "")) {
      registry.modelLayers().create(LAYER);
      task = registry.tasks().create(NewTask.of("model_splits", Map.of()));
    }
    try (EmbeddedRegistry registry = EmbeddedRegistry.open(fileUrl(), "sa", "")) {
      assertEquals(LAYER, registry.modelLayers().get("h").value());
      assertEquals(task, registry.tasks().get(task.taskId()));
    }
  }

  @Test
  void open_file_writesBeforeItAnswers() throws SQLException {
    DataSource dataSource = file();
    try (EmbeddedRegistry registry = EmbeddedRegistry.open(dataSource);
        Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT SETTING_VALUE FROM INFORMATION_SCHEMA.SETTINGS"
                    + " WHERE SETTING_NAME = 'WRITE_DELAY'")) {
      registry.modelLayers().create(LAYER);
      assertTrue(rows.next());
      assertEquals("0", rows.getString(1));
    }
  }

  @Test
  void open_dataSource_staysTheCallers() throws SQLException {
    DataSource dataSource = RealPostgres.newDatabase();
    EmbeddedRegistry registry = EmbeddedRegistry.open(dataSource);
    registry.modelLayers().create(LAYER);
    registry.close();
    try (Connection connection = dataSource.getConnection()) {
      assertTrue(connection.isValid(1));
    }
  }

  @Test
  void open_connectionsThatWaitForACommit_areRefused() {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(fileUrl());
    config.setUsername("sa");
    config.setAutoCommit(false);
    try (HikariDataSource pool = new HikariDataSource(config)) {
      BadInputException e =
          assertThrows(BadInputException.class, () -> EmbeddedRegistry.open(pool));
      assertTrue(String.valueOf(e.getMessage()).contains("auto-commit"), e::getMessage);
    }
  }

  @Test
  void open_besideOtherTables_leavesThem() throws SQLException {
    for (DataSource dataSource : List.of(file(), RealPostgres.newDatabase())) {
      execute(dataSource, "CREATE TABLE mine (x INTEGER)");
      execute(dataSource, "INSERT INTO mine VALUES (1)");
      try (EmbeddedRegistry registry = EmbeddedRegistry.open(dataSource)) {
        registry.modelLayers().create(LAYER);
      }
      execute(dataSource, "UPDATE mine SET x = 2 WHERE x = 1");
    }
  }

  @Test
  void open_newerSchema_isRefused() throws SQLException {
    for (DataSource dataSource : List.of(file(), RealPostgres.newDatabase())) {
      EmbeddedRegistry.open(dataSource).close();
      execute(
          dataSource,
          "INSERT INTO \"model_splitter_schema\" SELECT 99, '99', 'later', 'SQL', 'V99__later.sql',"
              + " 1, 'someone', \"installed_on\", 1, \"success\" FROM \"model_splitter_schema\""
              + " WHERE \"version\" = '1'");
      BadInputException e =
          assertThrows(BadInputException.class, () -> EmbeddedRegistry.open(dataSource));
      assertTrue(String.valueOf(e.getMessage()).contains("newer"), e::getMessage);
    }
  }

  /** Versions that a database may have; not each of them is one of both databases. */
  @ParameterizedTest
  @ValueSource(strings = {"2", "3", "4", "5", "6", "7", "11"})
  void open_databaseOfAnOlderVersion_findsWhatIsInIt(String version) throws SQLException {
    for (DataSource dataSource : List.of(file(), RealPostgres.newDatabase())) {
      Schema.configure(dataSource, Dialect.of(product(dataSource)))
          .target(version + "?")
          .load()
          .migrate();
      execute(
          dataSource,
          "INSERT INTO model_layer (model_layer_hash, model_asset_id, model_component_registry_uri,"
              + " model_layer_public_url, model_layer_metadata, model_layer_rank,"
              + " model_world_size, version, modified)"
              + " VALUES ('h', 'a', 'c', 'u', '[{\"x\": 1}]', 0, 1, 3, 1700000000)");
      execute(
          dataSource,
          "INSERT INTO task (task_id, task_type, task_data, task_status, task_status_data,"
              + " task_create_timestamp, task_update_timestamp)"
              + " VALUES ('t', 'split', '{\"world_size\": 4}', 'pending', '{}', 17, 18)");
      try (EmbeddedRegistry registry = EmbeddedRegistry.open(dataSource)) {
        Filter filter = Filter.eq("model_layer_metadata.x", 1);
        assertEquals(List.of(LAYER), registry.modelLayers().query(filter));
        List<Task> tasks = registry.tasks().query(Filter.gt("task_data.world_size", 3));
        assertEquals(List.of("t"), tasks.stream().map(Task::taskId).toList());
        assertTrue(registry.tasks().create(NewTask.of("split", Map.of()), "k").created());
        assertFalse(registry.tasks().create(NewTask.of("split", Map.of()), "k").created());
        registry.tasks().delete("t");
        assertEquals(3, registry.modelLayers().get(LAYER.modelLayerHash()).version());
        ModelLayer later = new ModelLayer("later", "a", "c", "u", List.of(), 0, 1);
        registry.modelLayers().create(later);
        assertEquals(List.of(LAYER, later), registry.modelLayers().query(Filter.all()));
        registry.modelLayers().delete(LAYER.modelLayerHash());
        assertEquals(List.of(), registry.modelLayers().query(filter));
        assertKeepsSplitRunners(registry.splitRunners());
      }
    }
  }

  private static void assertKeepsSplitRunners(SplitRunnerRecords records) {
    SplitRunner runner = new SplitRunner("r", "http://h:1", Map.of("n", 1), "h", List.of("llm"));
    records.beginDeployment("r", SEALED);
    records.add(runner, SEALED);
    List<SplitRunner> found = new ArrayList<>();
    records.query(Query.of(Filter.eq("split_runner_tags", "llm")), found::add);
    assertEquals(List.of(runner), found);
    assertEquals(SEALED, records.credentials("r"));
    records.beginDeployment("r", SEALED);
    ConflictException e = assertThrows(ConflictException.class, () -> records.add(runner, SEALED));
    records.endDeployment("r");
    assertEquals(runner.toMap(), e.stored());
    records.delete("r");
    assertThrows(NotFoundException.class, () -> records.credentials("r"));
  }

  /** H2 keeps each statement of a migration for itself, and remembers the migration at its end. */
  @Test
  void open_fileWhoseMigrationWasStopped_goesOn() throws SQLException {
    DataSource dataSource = file();
    Schema.configure(dataSource, Dialect.H2).target("8").load().migrate();
    for (String half :
        List.of(
            "DROP TABLE split_runner_shape_generation",
            "DROP TABLE split_runner_entry",
            "DROP INDEX split_runner_by_id",
            "UPDATE \"model_splitter_schema\" SET \"version\" = \"version\"")) {
      execute(dataSource, half);
      execute(
          dataSource,
          "DELETE FROM \"model_splitter_schema\" WHERE CAST(\"version\" AS INTEGER) > 6");
      try (EmbeddedRegistry registry = EmbeddedRegistry.open(dataSource)) {
        assertKeepsSplitRunners(registry.splitRunners());
      }
    }
  }

  private static String product(DataSource dataSource) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      return connection.getMetaData().getDatabaseProductName();
    }
  }

  private static void execute(DataSource dataSource, String sql) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      assertTrue(statement.executeUpdate(sql) >= 0);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "h2", "jdbc:mysql://u:p@h.invalid/x", "jdbc:sqlite:x"})
  void open_anotherDatabase_isRefusedWithoutItsSecrets(String url) {
    BadInputException e =
        assertThrows(BadInputException.class, () -> EmbeddedRegistry.open(url, "u", "p"));
    assertFalse(String.valueOf(e.getMessage()).contains("u:p"), e::getMessage);
  }

  @Test
  void open_nobodyThere_isUnavailable() {
    UnavailableException e =
        assertThrows(
            UnavailableException.class,
            () -> EmbeddedRegistry.open("jdbc:postgresql://127.0.0.1:1/x", "u", "s3cret"));
    assertFalse(String.valueOf(e.getMessage()).contains("s3cret"), e::getMessage);
  }

  @Test
  void inMemory_registriesAreApart() {
    try (EmbeddedRegistry one = EmbeddedRegistry.inMemory();
        EmbeddedRegistry other = EmbeddedRegistry.inMemory()) {
      one.modelLayers().create(LAYER);
      assertEquals(List.of(), other.modelLayers().query(Filter.all()));
    }
  }

  /** What is counted agrees with what explains it, for each filter and order. */
  @Test
  void statistics_countQueriesAsTheyAreExplained() {
    List<Filter> filters =
        List.of(
            Filter.all(),
            Filter.eq("model_asset_id", "a"),
            Filter.eq("model_asset_id", "nobody"),
            Filter.parse(Map.of("model_layer_metadata.n", Map.of("$mod", List.of(2, 1)))),
            Filter.parse(Map.of("model_asset_id", Map.of("$ne", "b"))),
            Filter.parse(Map.of("model_layer_rank", 3, "nothing", Map.of("$exists", false))));
    for (DataSource dataSource : List.of(file(), RealPostgres.newDatabase())) {
      try (EmbeddedRegistry registry = EmbeddedRegistry.open(dataSource)) {
        for (int i = 0; i < 10; i++) {
          Map<String, Object> metadata = Map.of("n", i);
          registry
              .modelLayers()
              .create(new ModelLayer("h" + i, "a", "c", "u", List.of(metadata), i, 10));
        }
        for (Filter filter : filters) {
          for (Query query :
              List.of(
                  Query.of(filter),
                  Query.of(filter).sort(new Query.Sort("model_layer_rank", true)))) {
            AnsweredBy expected = registry.modelLayers().explain(query).slowest();
            long before = registry.statistics().queries("model_layer", expected);
            long all = sum(registry);
            registry.modelLayers().query(query, layer -> {});
            String what = filter + ": " + expected;
            assertEquals(before + 1, registry.statistics().queries("model_layer", expected), what);
            assertEquals(all + 1, sum(registry), what);
          }
        }
      }
    }
  }

  private static long sum(EmbeddedRegistry registry) {
    return registry.statistics().queries().values().stream()
        .flatMap(ways -> ways.values().stream())
        .mapToLong(Long::longValue)
        .sum();
  }

  @Test
  void statistics_countTasksThatEndOnce() {
    try (EmbeddedRegistry registry = EmbeddedRegistry.inMemory()) {
      assertEquals(Map.of("complete", 0L, "failed", 0L), registry.statistics().endedTasks());
      for (String status : List.of("failed", "completed", "complete")) {
        String id = registry.tasks().create(NewTask.of("model_splits", Map.of())).taskId();
        registry.tasks().update(id, TaskChange.status("in_progress", Map.of()));
        registry.tasks().update(id, TaskChange.status(status, Map.of()));
        registry.tasks().update(id, TaskChange.status(status, Map.of())); // sent again
      }
      assertEquals(Map.of("complete", 2L, "failed", 1L), registry.statistics().endedTasks());
    }
  }

  @Test
  void statistics_haveTheConnectionsOfItsOwnPool() {
    try (EmbeddedRegistry registry = EmbeddedRegistry.open(H2Memory.newDatabase())) {
      assertNull(registry.statistics().connections());
    }
    try (EmbeddedRegistry registry = EmbeddedRegistry.open(fileUrl(), "sa", "")) {
      long before = connections(registry).acquired();
      for (int i = 0; i < 5; i++) {
        registry.modelLayers().query(Query.of(Filter.all()), layer -> {});
      }
      RegistryStatistics.Connections now = connections(registry);
      assertTrue(now.acquired() >= before + 5, now::toString);
      assertFalse(now.awaited().isZero() || now.awaited().isNegative(), now::toString);
      assertEquals(20, now.max());
      assertEquals(0, now.active() + now.waiting() + now.timeouts(), now::toString);
      assertTrue(now.idle() >= 1, now::toString);
    }
  }

  private static RegistryStatistics.Connections connections(EmbeddedRegistry registry) {
    return Objects.requireNonNull(registry.statistics().connections());
  }

  @Test
  void databaseThatStops_isUnavailable() {
    EmbeddedRegistry registry = EmbeddedRegistry.open(fileUrl(), "sa", "");
    registry.modelLayers().create(LAYER);
    registry.close();
    assertThrows(UnavailableException.class, () -> registry.modelLayers().get("h"));
  }
}
