package io.modelsplitter.registry.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.query.Filter;
import io.modelsplitter.registry.ModelLayer;
import io.modelsplitter.registry.NewTask;
import io.modelsplitter.registry.Task;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddedRegistryTest {
  private static final ModelLayer LAYER =
      new ModelLayer("h", "a", "c", "u", List.of(Map.of("x", 1)), 0, 1);

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
        Connection connection = dataSource.getConnection()) {
      registry.modelLayers().create(LAYER);
      assertEquals("0", H2Settings.get(connection, "WRITE_DELAY"));
    }
  }

  @Test
  void open_dataSource_staysTheCallers() throws SQLException {
    try (HikariDataSource pool = RealPostgres.newPool()) {
      EmbeddedRegistry registry = EmbeddedRegistry.open(pool);
      registry.modelLayers().create(LAYER);
      registry.close();
      assertFalse(pool.isClosed());
      try (Connection connection = pool.getConnection()) {
        assertTrue(connection.isValid(1));
      }
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

  @Test
  void databaseThatStops_isUnavailable() {
    EmbeddedRegistry registry = EmbeddedRegistry.open(fileUrl(), "sa", "");
    registry.modelLayers().create(LAYER);
    registry.close();
    assertThrows(UnavailableException.class, () -> registry.modelLayers().get("h"));
  }
}
