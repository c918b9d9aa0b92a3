package io.modelsplitter.registry.http;

import io.modelsplitter.Await;
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
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** A task on PostgreSQL that somebody holds, so that who changes it waits until it is let go. */
final class LockedTask implements AutoCloseable {
  private final HttpClient http = HttpClient.newHttpClient();
  private final Connection connection;
  private final Task task;

  /**
   * @param postgresUrl the database of the tasks
   */
  LockedTask(String postgresUrl, TaskRegistry tasks) throws SQLException {
    this.task = tasks.create(NewTask.of("model_splits", Map.of()));
    this.connection = DriverManager.getConnection(postgresUrl, RealPostgres.USER, "");
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

  /** Waits until so many wait for it. */
  void awaitWaiting(int count) throws SQLException {
    Await.until(() -> waiting() >= count, count + " wait for the task");
  }

  private int waiting() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT COUNT(*) FROM pg_locks WHERE NOT granted")) {
      rows.next();
      return rows.getInt(1);
    }
  }

  void letGo() throws SQLException {
    connection.rollback();
  }

  /** Lets it go, and leaves nobody behind whom the next one might count. */
  @Override
  public void close() throws SQLException {
    letGo();
    try (connection) {
      Await.until(() -> waiting() == 0, "nobody waits for the task any more");
    }
  }
}
