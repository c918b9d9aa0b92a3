package io.modelsplitter.registry.http;

import io.modelsplitter.registry.NewTask;
import io.modelsplitter.registry.Task;
import io.modelsplitter.registry.TaskRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;

/** A task on PostgreSQL that somebody holds, so that who changes it waits until it is let go. */
final class LockedTask implements AutoCloseable {
  private final HttpClient http = HttpClient.newHttpClient();
  private final Connection connection;
  private final Task task;

  LockedTask(DataSource postgres, TaskRegistry tasks) throws SQLException {
    this.task = tasks.create(NewTask.of("model_splits", Map.of()));
    this.connection = postgres.getConnection();
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT * FROM task WHERE task_id = '" + task.taskId() + "' FOR UPDATE");
    }
  }

  /** Asks a server to change it. */
  CompletableFuture<HttpResponse<String>> change(URI server) {
    HttpRequest request =
        HttpRequest.newBuilder(server.resolve("/task/" + task.taskId()))
            .PUT(BodyPublishers.ofString("{\"task_status_data\": {\"n\": 1}}"))
            .build();
    return http.sendAsync(request, BodyHandlers.ofString());
  }

  /** Waits until so many wait for the task. */
  void awaitWaiting(int count) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      int waiting = 0;
      while (waiting < count) {
        try (ResultSet rows =
            statement.executeQuery("SELECT COUNT(*) FROM pg_locks WHERE NOT granted")) {
          rows.next();
          waiting = rows.getInt(1);
        }
      }
    }
  }

  void letGo() throws SQLException {
    connection.rollback();
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
