package io.modelsplitter.registry.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.ConflictException;
import io.modelsplitter.error.NotFoundException;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.query.Filter;
import io.modelsplitter.registry.Block;
import io.modelsplitter.registry.ModelLayer;
import io.modelsplitter.registry.NewTask;
import io.modelsplitter.registry.SealedCredentials;
import io.modelsplitter.registry.SplitRunner;
import io.modelsplitter.registry.SplitRunnerRecords;
import io.modelsplitter.registry.Task;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.flywaydb.core.api.FlywayException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tables: made, brought up to date, and left in the midst of that. */
class SchemaTest {
  private static final ModelLayer LAYER =
      new ModelLayer("h", "a", "c", "u", List.of(Map.of("x", 1)), 0, 1);
  private static final SplitRunner RUNNER =
      new SplitRunner("old", "http://h:1", Map.of("n", 1), "h", List.of("old"));
  private static final Block BLOCK = new Block(Map.of("id", "b", "n", 1));
  private static final SealedCredentials SEALED = new SealedCredentials("v1.c2VhbGVk");

  private static List<DataSource> databases() {
    return List.of(H2Memory.newDatabase(), RealPostgres.newDatabase());
  }

  /** Runs a statement; answers how many rows it changed. */
  private static int execute(DataSource dataSource, String sql) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      return statement.executeUpdate(sql);
    }
  }

  private static List<String> rows(DataSource dataSource, String sql) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> all = new ArrayList<>();
      int columns = rows.getMetaData().getColumnCount();
      while (rows.next()) {
        StringBuilder row = new StringBuilder();
        for (int i = 1; i <= columns; i++) {
          row.append(rows.getString(i)).append(' ');
        }
        all.add(row.toString().strip());
      }
      return all;
    }
  }

  private static void migrate(DataSource dataSource, String version) throws SQLException {
    String product;
    try (Connection connection = dataSource.getConnection()) {
      product = connection.getMetaData().getDatabaseProductName();
    }
    Schema.configure(dataSource, Dialect.of(product)).target(version).load().migrate();
  }

  @Test
  void open_besideOtherTables_leavesThem() throws SQLException {
    for (DataSource dataSource : databases()) {
      assertEquals(0, execute(dataSource, "CREATE TABLE mine (x INTEGER)"));
      assertEquals(1, execute(dataSource, "INSERT INTO mine VALUES (1)"));
      try (EmbeddedRegistry registry = EmbeddedRegistry.open(dataSource)) {
        registry.modelLayers().create(LAYER);
      }
      assertEquals(1, execute(dataSource, "UPDATE mine SET x = 2 WHERE x = 1"));
    }
  }

  @Test
  void open_besideATableOfTheSameName_isRefusedAndLeavesIt() throws SQLException {
    for (DataSource dataSource : databases()) {
      assertEquals(0, execute(dataSource, "CREATE TABLE task (mine INTEGER)"));
      assertEquals(1, execute(dataSource, "INSERT INTO task VALUES (1)"));
      for (int i = 0; i < 2; i++) {
        assertThrows(UnavailableException.class, () -> EmbeddedRegistry.open(dataSource));
        assertEquals(List.of("1"), rows(dataSource, "SELECT * FROM task"));
      }
    }
  }

  @Test
  void open_newerSchema_isRefused() throws SQLException {
    for (DataSource dataSource : databases()) {
      EmbeddedRegistry.open(dataSource).close();
      String later =
          "INSERT INTO \"model_splitter_schema\" SELECT 99, '99', 'later', 'SQL', 'V99__later.sql',"
              + " 1, 'someone', \"installed_on\", 1, \"success\" FROM \"model_splitter_schema\""
              + " WHERE \"version\" = '1'";
      assertEquals(1, execute(dataSource, later));
      BadInputException e =
          assertThrows(BadInputException.class, () -> EmbeddedRegistry.open(dataSource));
      assertTrue(String.valueOf(e.getMessage()).contains("newer"), e::getMessage);
    }
  }

  /** Versions that a database may have; not each of them is one of both databases. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 5, 6, 7, 8, 9, 10, 11})
  void open_databaseOfAnOlderVersion_findsWhatIsInIt(int version) throws SQLException {
    for (DataSource dataSource : databases()) {
      migrate(dataSource, version + "?");
      insertRows(dataSource, version);
      try (EmbeddedRegistry registry = EmbeddedRegistry.open(dataSource)) {
        assertFindsRows(registry, version);
        assertWorks(registry);
      }
    }
  }

  /** A record of each kind that there is in a version. */
  private static void insertRows(DataSource dataSource, int version) throws SQLException {
    String layer =
        "INSERT INTO model_layer (model_layer_hash, model_asset_id, model_component_registry_uri,"
            + " model_layer_public_url, model_layer_metadata, model_layer_rank,"
            + " model_world_size, version, modified)"
            + " VALUES ('h', 'a', 'c', 'u', '[{\"x\": 1}]', 0, 1, 3, 1700000000)";
    String task =
        "INSERT INTO task (task_id, task_type, task_data, task_status, task_status_data,"
            + " task_create_timestamp, task_update_timestamp)"
            + " VALUES ('t', 'split', '{\"world_size\": 4}', 'pending', '{}', 17, 18)";
    String runner =
        "INSERT INTO split_runner (split_runner_id, split_runner_public_url,"
            + " split_runner_public_host, split_runner_metadata, split_runner_tags, credentials,"
            + " version, modified)"
            + " VALUES ('old', 'http://h:1', 'h', '{\"n\": 1}', '[\"old\"]', 'v1.c2VhbGVk', 2, 17)";
    String block =
        "INSERT INTO block (block_id, block_document, version, modified)"
            + " VALUES ('b', '{\"id\": \"b\", \"n\": 1}', 2, 17)";
    assertEquals(1, execute(dataSource, layer));
    assertEquals(1, execute(dataSource, task));
    assertEquals(version < 7 ? 0 : 1, version < 7 ? 0 : execute(dataSource, runner));
    assertEquals(version < 9 ? 0 : 1, version < 9 ? 0 : execute(dataSource, block));
  }

  private static void assertFindsRows(EmbeddedRegistry registry, int version) {
    Filter filter = Filter.eq("model_layer_metadata.x", 1);
    assertEquals(List.of(LAYER), registry.modelLayers().query(filter));
    assertEquals(3, registry.modelLayers().get(LAYER.modelLayerHash()).version());
    List<Task> tasks = registry.tasks().query(Filter.gt("task_data.world_size", 3));
    assertEquals(List.of("t"), tasks.stream().map(Task::taskId).toList());
    List<SplitRunner> runners =
        registry.splitRunners().query(Filter.eq("split_runner_tags", "old"));
    assertEquals(version < 7 ? List.of() : List.of(RUNNER), runners);
    List<Block> blocks = registry.blocks().query(Filter.eq("n", 1));
    assertEquals(version < 9 ? List.of() : List.of(BLOCK), blocks);
    if (version >= 7) {
      assertEquals(SEALED, registry.splitRunners().credentials("old"));
    }
    registry.tasks().delete("t");
    ModelLayer later = new ModelLayer("later", "a", "c", "u", List.of(), 0, 1);
    registry.modelLayers().create(later);
    assertEquals(List.of(LAYER, later), registry.modelLayers().query(Filter.all()));
    registry.modelLayers().delete(LAYER.modelLayerHash());
    assertEquals(List.of(), registry.modelLayers().query(filter));
  }

  /** Every registry keeps what it is given. */
  private static void assertWorks(EmbeddedRegistry registry) {
    ModelLayer layer = new ModelLayer("new", "a", "c", "u", List.of(Map.of("y", 2)), 0, 1);
    registry.modelLayers().create(layer);
    assertEquals(
        List.of(layer), registry.modelLayers().query(Filter.eq("model_layer_metadata.y", 2)));
    Block block = new Block(Map.of("id", "new", "m", 1));
    registry.blocks().create(block);
    assertEquals(List.of(block), registry.blocks().query(Filter.eq("m", 1)));
    assertTrue(registry.tasks().create(NewTask.of("split", Map.of()), "k").created());
    assertFalse(registry.tasks().create(NewTask.of("split", Map.of()), "k").created());
    assertKeepsSplitRunners(registry.splitRunners());
  }

  private static void assertKeepsSplitRunners(SplitRunnerRecords records) {
    SplitRunner runner = new SplitRunner("r", "http://h:1", Map.of("n", 1), "h", List.of("llm"));
    records.beginDeployment("r", SEALED);
    records.add(runner, SEALED);
    assertEquals(List.of(runner), records.query(Filter.eq("split_runner_tags", "llm")));
    assertEquals(SEALED, records.credentials("r"));
    records.beginDeployment("r", SEALED);
    ConflictException e = assertThrows(ConflictException.class, () -> records.add(runner, SEALED));
    records.endDeployment("r");
    assertEquals(runner.toMap(), e.stored());
    records.delete("r");
    assertThrows(NotFoundException.class, () -> records.credentials("r"));
  }

  /** What there is of ours in a database, whatever names were made up for it. */
  private static List<String> shape(DataSource dataSource) throws SQLException {
    List<String> shape =
        rows(
            dataSource,
            """
            SELECT table_name, ordinal_position, column_name, data_type, is_nullable, is_identity,
              character_maximum_length, column_default
            FROM information_schema.columns
            WHERE table_schema = 'PUBLIC' AND table_name <> 'model_splitter_schema' ORDER BY 1, 2
            """);
    shape.addAll(
        rows(
            dataSource,
            """
            SELECT table_name, LISTAGG(column_name || ' ' || COALESCE(is_unique, FALSE), ', ')
              WITHIN GROUP (ORDER BY ordinal_position) AS columns
            FROM information_schema.index_columns
            WHERE table_schema = 'PUBLIC' AND table_name <> 'model_splitter_schema'
            GROUP BY table_name, index_name ORDER BY 1, 2
            """));
    return shape;
  }

  /** H2 keeps each statement of a migration for itself, and remembers the migration at its end. */
  @Test
  void open_newH2ThatWasKilledAtAnyStatement_goesOn() throws SQLException {
    DataSource whole = H2Memory.newDatabase();
    EmbeddedRegistry.open(whole).close();
    int statements = 0;
    for (boolean killed = true; killed; statements++) {
      DataSource dataSource = H2Memory.newDatabase();
      killed = isKilled(dataSource, statements, "3");
      try (EmbeddedRegistry registry = EmbeddedRegistry.open(dataSource)) {
        assertEquals(shape(whole), shape(dataSource), "after " + statements);
        assertWorks(registry);
      }
    }
    assertTrue(statements > 20, () -> "only so many statements write");
  }

  @Test
  void open_olderH2ThatWasKilledAtAnyStatement_goesOnAndFindsWhatIsInIt() throws SQLException {
    DataSource whole = H2Memory.newDatabase();
    migrate(whole, "2");
    EmbeddedRegistry.open(whole).close();
    int statements = 0;
    for (boolean killed = true; killed; statements++) {
      DataSource dataSource = H2Memory.newDatabase();
      migrate(dataSource, "2");
      insertRows(dataSource, 2);
      killed = isKilled(dataSource, statements, "latest");
      try (EmbeddedRegistry registry = EmbeddedRegistry.open(dataSource)) {
        assertEquals(shape(whole), shape(dataSource), "after " + statements);
        assertFindsRows(registry, 2);
        assertWorks(registry);
      }
    }
    assertTrue(statements > 60, () -> "only so many statements write");
  }

  /** Whether it was not done after so many statements. */
  private static boolean isKilled(DataSource dataSource, int statements, String version)
      throws SQLException {
    try (KilledDataSource killed = new KilledDataSource(statements, dataSource)) {
      Schema.configure(killed.dataSource(), Dialect.H2).target(version).load().migrate();
      return false;
    } catch (FlywayException e) {
      return true;
    }
  }

  @Test
  void open_migrationsAsTheyWereOnceWritten_areKnown() throws SQLException {
    for (DataSource dataSource : databases()) {
      EmbeddedRegistry.open(dataSource).close();
      String history = "SELECT * FROM \"model_splitter_schema\" ORDER BY \"installed_rank\"";
      List<String> today = rows(dataSource, history);
      int older = 0;
      for (SchemaChecksums.Rewritten it : SchemaChecksums.REWRITTEN) {
        older += setChecksum(dataSource, it.version(), it.now(), it.before());
      }
      assertTrue(older >= 3, () -> "no migration has the checksum of today");
      EmbeddedRegistry.open(dataSource).close();
      assertEquals(today, rows(dataSource, history));

      SchemaChecksums.Rewritten first = SchemaChecksums.REWRITTEN.get(0);
      assertEquals(1, setChecksum(dataSource, "1", first.now(), first.now() + 1));
      assertThrows(BadInputException.class, () -> EmbeddedRegistry.open(dataSource));
    }
  }

  private static int setChecksum(DataSource dataSource, String version, int before, int after)
      throws SQLException {
    return execute(
        dataSource,
        "UPDATE \"model_splitter_schema\" SET \"checksum\" = %d WHERE \"version\" = '%s' AND \"checksum\" = %d"
            .formatted(after, version, before));
  }
}
